import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type ModelEvent, ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { joining, text } from '../engine/place.ts';
import { jsonObject, type JsonObject, type JsonValue, withKey } from '@hearth/protocol';
import { type Answer, type Farm, type ForeignServer, type Session, startFarm, type TestHearth } from '@hearth/testkit';

/*
 * What other servers send, in transactions. foreign.test is no Hearth: its events are a model's, and its requests are signed by the test.
 */

const bob = '@bob:foreign.test';
const servers = new OtherServers();
let farm: Farm;
let hearth: TestHearth;
let foreign: ForeignServer;
let alice: Session;
before(async () => {
  farm = await startFarm();
  hearth = await farm.start('one.test', { env: { HEARTH_DENIED_SERVERS: 'denied.test' } });
  foreign = await farm.foreign('foreign.test', { key: servers.keyFor('foreign.test') });
  alice = await hearth.client.register('alice', 'alice has a password');
});
after(() => farm.stop());

let transactions = 0;
const transaction = (pdus: readonly JsonValue[], more: Record<string, JsonValue> = {}): JsonObject =>
  jsonObject({ origin: 'foreign.test', origin_server_ts: 1, pdus, ...more });

function send(pdus: readonly JsonValue[], txnId = `t${(transactions += 1)}`, by = foreign): Promise<Answer> {
  return by.ask(hearth, 'PUT', `/_matrix/federation/v1/send/${txnId}`, transaction(pdus, { origin: by.serverName }));
}

/** A room of Alice's that Bob of foreign.test is in. */
async function sharedRoom(version = '12'): Promise<{ readonly roomId: string; readonly model: ModelRoom; readonly join: ModelEvent }> {
  const roomId = await alice.createRoom({ preset: 'public_chat', room_version: version });
  const model = await ModelRoom.of(hearth.server.spine.engine, roomId, servers);
  const join = model.send({ ...joining(bob), prev: model.leaves });
  const answer = await send([join.event.pdu]);
  assert.deepEqual(answer.body, { pdus: { [join.event.eventId]: {} } });
  return { roomId, model, join };
}

async function bodiesIn(roomId: string): Promise<readonly unknown[]> {
  const { chunk } = await alice.ok('GET', `/_matrix/client/v3/rooms/${roomId}/messages?dir=b&limit=20`);
  return chunk.flatMap(({ content }: { content: { body?: string } }) => content.body ?? []);
}

for (const version of ['1', '6', '12']) {
  test(`a message of another server arrives in a room of version ${version}, once however often it is sent`, async () => {
    const { roomId, model, join } = await sharedRoom(version);
    const hello = model.send({ ...text(bob, 'hello'), prev: [join] });
    const first = await send([hello.event.pdu], `once ${version}`.replace(' ', '-'));
    assert.deepEqual(first.body, { pdus: { [hello.event.eventId]: {} } });
    assert.deepEqual((await send([hello.event.pdu], `once-${version}`)).bytes, first.bytes);
    assert.deepEqual((await send([hello.event.pdu])).body, first.body);
    assert.deepEqual(await bodiesIn(roomId), ['hello']);
  });
}

test('the same transaction is answered alike while it is under way, and after a restart for the last one', async () => {
  const { model, join } = await sharedRoom();
  const hello = model.send({ ...text(bob, 'hello'), prev: [join] });
  const answers = await Promise.all([1, 2, 3].map(() => send([hello.event.pdu], 'twice')));
  for (const { body } of answers) assert.deepEqual(body, { pdus: { [hello.event.eventId]: {} } });
  // With the id of the last one nothing of the new body is looked at.
  const other = model.send({ ...text(bob, 'other'), prev: [hello] });
  assert.deepEqual((await send([other.event.pdu], 'twice')).body, answers[0]?.body);
  hearth = await hearth.restart();
  alice = { ...alice, ...hearth.client.withToken(alice.token), token: alice.token };
  assert.deepEqual((await send([other.event.pdu], 'twice')).body, answers[0]?.body);
});

test('each event has its own result: what is wrong with one harms no other', async () => {
  const { roomId, model, join } = await sharedRoom();
  const good = model.send({ ...text(bob, 'good'), prev: [join] });
  const before = model.send({ ...text(bob, 'before'), prev: [good] });
  const later = model.send({ ...text(bob, 'later'), prev: [before] });
  servers.forge = true;
  const forged = model.send({ ...text(bob, 'forged'), prev: [join] });
  servers.forge = false;
  const stranger = model.send({ ...text('@mallory:foreign.test', 'stranger'), prev: [join] });
  const { body } = await send([
    later.event.pdu,
    forged.event.pdu,
    good.event.pdu,
    stranger.event.pdu,
    withKey(good.event.pdu, 'depth', 'deep'),
    withKey(good.event.pdu, 'room_id', '!elsewhere:foreign.test'),
    jsonObject({}),
    jsonObject({ room_id: 7 }),
  ]);
  assert.deepEqual(body.pdus[good.event.eventId], {});
  for (const { event } of [later, forged, stranger]) assert.match(body.pdus[event.eventId].error, /./, event.eventId);
  assert.deepEqual(await bodiesIn(roomId), ['good']);
  // What could not be judged is no rejected event: it is taken in when what it needs is there.
  assert.deepEqual((await send([before.event.pdu, later.event.pdu])).body.pdus[later.event.eventId], {});
  assert.deepEqual(await bodiesIn(roomId), ['later', 'before', 'good']);
});

test('EA-06 a server that the room shuts out gets nothing in, in its own name or in another’s', async () => {
  const { roomId, model, join } = await sharedRoom('1');
  await alice.ok('PUT', `/_matrix/client/v3/rooms/${roomId}/state/m.room.server_acl/`, { body: { allow: ['*'], deny: ['FOREIGN.test'] } });
  const shut = model.send({ ...text(bob, 'shut out'), prev: [join] });
  assert.match((await send([shut.event.pdu])).body.pdus[shut.event.eventId].error, /does not let your server/);
  assert.deepEqual(await bodiesIn(roomId), []);
});

test('who does not sign, signs something else, or is denied by the operator sends nothing', async () => {
  const path = '/_matrix/federation/v1/send/x';
  await hearth.client.refused(401, 'M_UNAUTHORIZED', 'PUT', path, { body: transaction([]) });
  const signed = foreign.authorization({ method: 'PUT', uri: path, destination: 'one.test', content: transaction([]) });
  const headers = { authorization: signed };
  await hearth.client.refused(401, 'M_UNAUTHORIZED', 'PUT', path, { body: transaction([], { edus: [] }), headers });
  await hearth.client.refused(401, 'M_UNAUTHORIZED', 'PUT', `${path}2`, { body: transaction([]), headers });
  assert.equal((await hearth.client.request('PUT', path, { body: transaction([]), headers })).status, 200);
  const denied = await farm.foreign('denied.test', { seed: 9 });
  const refusal = await send([], 'x', denied);
  assert.equal(`${refusal.status} ${refusal.body.errcode}`, '403 M_FORBIDDEN');
  assert.deepEqual(denied.requests, []);
});

test('EA-08 a transaction in the name of another server, too great or of a wrong form is refused', async () => {
  const ask = (content: JsonObject, txnId = 'x') => foreign.ask(hearth, 'PUT', `/_matrix/federation/v1/send/${txnId}`, content);
  const refused = async (content: JsonObject, expected: string, txnId?: string): Promise<void> => {
    const { status, body } = await ask(content, txnId);
    assert.equal(`${status} ${body.errcode}`, expected);
  };
  await refused(transaction([], { origin: 'two.test' }), '403 M_FORBIDDEN');
  await refused(jsonObject({ origin: 'foreign.test', origin_server_ts: 1 }), '400 M_MISSING_PARAM');
  await refused(transaction(Array.from({ length: 51 }, () => jsonObject({}))), '400 M_BAD_JSON');
  await refused(transaction([], { edus: Array.from({ length: 101 }, () => jsonObject({})) }), '400 M_BAD_JSON');
  for (const wrong of [1, 'x', null, jsonObject({})] as JsonValue[]) {
    await refused(transaction([], { pdus: wrong }), '400 M_BAD_JSON');
    await refused(transaction([], { edus: wrong }), '400 M_BAD_JSON');
  }
  await refused(transaction([1]), '400 M_BAD_JSON');
  await refused(transaction([]), '400 M_INVALID_PARAM', 'x'.repeat(256));
});

test('MD-20 a body beyond the greatest transaction is refused before it is read', async () => {
  const answer = await hearth.client.request('PUT', '/_matrix/federation/v1/send/x', {
    body: Buffer.alloc(13 * 1024 * 1024 + 1, 0x20),
    headers: { authorization: foreign.authorization({ method: 'PUT', uri: '/x', destination: 'one.test' }) },
  });
  assert.equal(`${answer.status} ${answer.body.errcode}`, '413 M_TOO_LARGE');
});
