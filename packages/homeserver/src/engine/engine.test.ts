import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MatrixError } from '../http/errors.ts';
import { alice, bob, publicRoom, testEngine, type TestEngine } from './testing/test-engine.ts';
import { knownRoomVersions } from '@hearth/protocol';

let t: TestEngine;
before(async () => {
  t = await testEngine();
});
after(() => t.close());

const message = (sender: string, body: string) => ({ type: 'm.room.message', sender, content: { msgtype: 'm.text', body } });
const join = (user: string) => ({ type: 'm.room.member', sender: user, stateKey: user, content: { membership: 'join' } });
const refused = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode;

for (const { version } of knownRoomVersions()) {
  test(`a room of version ${version} is created, joined and spoken in`, async () => {
    const { roomId } = await t.engine.createRoom(publicRoom(version));
    await t.engine.submit(roomId, join(bob));
    const { record } = await t.engine.submit(roomId, message(bob, 'hello'));
    const again = await t.engine.eventById(record.event.eventId);
    assert.deepEqual(again?.event.content['body'], 'hello');
    const head = await t.engine.room(roomId);
    assert.equal(head?.joinedMembers, 2);
    assert.equal(head?.extremities[0]?.eventId, record.event.eventId);
    assert.equal(record.event.depth, 6);
  });
}

test('what the auth rules forbid is 403 with their reason, and writes nothing', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  const head = await t.engine.room(roomId);
  await assert.rejects(t.engine.submit(roomId, message(bob, 'I am not here')), refused('M_FORBIDDEN'));
  assert.deepEqual(await t.engine.room(roomId), head);
});

test('a hundred messages sent at once to one room form one chain', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  const sent = await Promise.all(Array.from({ length: 100 }, (_, index) => t.engine.submit(roomId, message(alice, `m${index}`))));
  const depths = sent.map(({ record }) => record.event.depth);
  assert.deepEqual(
    depths,
    [...depths.keys()].map((index) => index + 5),
  );
  for (const [index, { record }] of sent.entries()) {
    if (index > 0) assert.deepEqual(record.event.prevEvents, [sent[index - 1]?.record.event.eventId]);
  }
  const positions = sent.map(({ position }) => position);
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  );
});

test('a transaction id makes a send idempotent, also at the same time and after a restart', async () => {
  const first = await testEngine();
  const { roomId } = await first.engine.createRoom(publicRoom('12'));
  const user = await first.engine.internUser(alice);
  const transaction = { user, deviceId: 'D', scope: 'send', txnId: 't1' };
  const [a, b] = await Promise.all([1, 2].map(() => first.engine.submit(roomId, { ...message(alice, 'once'), transaction })));
  assert.equal(a?.record.event.eventId, b?.record.event.eventId);
  const second = await first.reopen();
  const c = await second.engine.submit(roomId, { ...message(alice, 'twice?'), transaction });
  assert.equal(c.record.event.eventId, a?.record.event.eventId);
  assert.equal(c.record.event.content['body'], 'once');
  await second.close();
});

test('a redaction rewrites its target in the same commit, on disk too', async () => {
  const first = await testEngine();
  const { roomId } = await first.engine.createRoom(publicRoom('11'));
  const { record } = await first.engine.submit(roomId, message(alice, 'secret canary'));
  await first.engine.submit(roomId, { type: 'm.room.redaction', sender: alice, content: {}, redacts: record.event.eventId });
  assert.deepEqual(Object.keys((await first.engine.eventById(record.event.eventId))?.event.content ?? { none: 1 }), []);
  const second = await first.reopen();
  const read = await second.engine.eventById(record.event.eventId);
  assert.deepEqual(Object.keys(read?.event.content ?? { none: 1 }), []);
  assert.notEqual(read?.redactedBy, null);
  await second.close();
});

test('EA-09 an event of somebody else is redacted only with the power to redact', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('11'));
  await t.engine.submit(roomId, join(bob));
  const { record } = await t.engine.submit(roomId, message(alice, 'mine'));
  const redaction = { type: 'm.room.redaction', sender: bob, content: {}, redacts: record.event.eventId };
  await assert.rejects(t.engine.submit(roomId, redaction), refused('M_FORBIDDEN'));
  assert.equal((await t.engine.eventById(record.event.eventId))?.event.content['body'], 'mine');
});

test('an event is never larger than 65,536 bytes', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  await assert.rejects(t.engine.submit(roomId, message(alice, 'x'.repeat(65_536))), refused('M_TOO_LARGE'));
  await assert.rejects(t.engine.submit(roomId, { ...message(alice, 'x'), type: 'é'.repeat(128) }), refused('M_TOO_LARGE'));
});

test('a number that canonical JSON does not know is refused in content', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  await assert.rejects(t.engine.submit(roomId, { ...message(alice, 'x'), content: { half: 0.5 } }), refused('M_BAD_JSON'));
});

test('a chain is committed as a whole or not at all', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  const head = await t.engine.room(roomId);
  await assert.rejects(t.engine.submitAll(roomId, [message(alice, 'a'), message(bob, 'not a member')]), refused('M_FORBIDDEN'));
  assert.deepEqual(await t.engine.room(roomId), head);
  const sent = await t.engine.submitAll(roomId, [message(alice, 'a'), message(alice, 'b')]);
  assert.equal(sent.length, 2);
});

test('a state event that changes nothing makes no new event', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  const name = { type: 'm.room.name', sender: alice, stateKey: '', content: { name: 'A' } };
  const first = await t.engine.submit(roomId, name);
  const second = await t.engine.submit(roomId, name);
  assert.equal(second.record.event.eventId, first.record.event.eventId);
  assert.equal(second.repeated, true);
});

test('the state of a room survives a restart, with more members than an inline state holds', async () => {
  const first = await testEngine();
  const { roomId } = await first.engine.createRoom(publicRoom('12'));
  const users = Array.from({ length: 60 }, (_, index) => `@u${index}:hearth.test`);
  await Promise.all(users.map((user) => first.engine.submit(roomId, join(user))));
  const second = await first.reopen();
  const head = await second.engine.room(roomId);
  assert.equal(head?.joinedMembers, 61);
  const members = head && (await second.engine.currentState(head).all()).filter(({ event }) => event.type === 'm.room.member');
  assert.equal(members?.length, 61);
  await second.close();
});
