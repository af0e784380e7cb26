import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytesOf, closedRooms, olderPrefixes, onEachServer, password, under } from './people.ts';
import { systemClock } from '@hearth/kit';
import { answersToWrongTypes, clientPath, startHearth } from '@hearth/testkit';

const sendPath = (room: string, type: string, txn: string): string => clientPath`/rooms/${room}/send/${type}/${txn}`;
const text = (body: string): Record<string, unknown> => ({ msgtype: 'm.text', body });

onEachServer('sending a message', (it) => {
  it('it reaches the others as it was sent, with sender, time and room', async ({ alice, bob, room }) => {
    const content = { msgtype: 'm.text', body: 'hi 😀\u0000', 'org.example.extra': { list: [1, null, true, 'x'], '': {} } };
    const before = systemClock().now();
    const event = await bob.event(room, await alice.send(room, 'm.room.message', content));
    assert.deepEqual([event.type, event.sender, event.room_id, event.content], ['m.room.message', alice.userId, room, content]);
    assert.ok(event.origin_server_ts >= before && event.origin_server_ts <= systemClock().now());
    assert.equal(event.state_key, undefined);
  });

  it('a transaction id sends once for each device, and the sending device alone is shown it', async ({ hearth, alice, bob, room }) => {
    const first = await alice.send(room, 'm.room.message', text('once'), 'one');
    assert.equal(await alice.send(room, 'm.room.message', text('other words'), 'one'), first);
    const [again, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => alice.send(room, 'm.room.message', text('at once'), 'two')),
    );
    assert.deepEqual(new Set(others), new Set([again]));
    const phone = await hearth.client.login('alice', password);
    const fromPhone = await phone.send(room, 'm.room.message', text('from the phone'), 'one');
    assert.notEqual(fromPhone, first);
    assert.notEqual(await bob.send(room, 'm.room.message', text('of bob'), 'one'), first);
    const other = await alice.createRoom();
    assert.notEqual(await alice.send(other, 'm.room.message', text('elsewhere'), 'one'), first);
    const seen = async (client: typeof alice, id: string): Promise<unknown> => (await client.event(room, id)).unsigned.transaction_id;
    assert.deepEqual([await seen(alice, first), await seen(phone, first), await seen(bob, first)], ['one', undefined, undefined]);
    assert.deepEqual([await seen(alice, fromPhone), await seen(phone, fromPhone)], [undefined, 'one']);
    assert.equal((await alice.event(room, first)).content.body, 'once');
  });

  it('whoever is not in the room sends nothing', async (people) => {
    const { bob, eve, room } = people;
    await eve.refused(403, 'M_FORBIDDEN', 'PUT', sendPath(room, 'm.room.message', 'a'), { body: text('x') });
    for (const closed of await closedRooms(people)) {
      await bob.refused(403, 'M_FORBIDDEN', 'PUT', sendPath(closed, 'm.room.message', 'a'), { body: text('x') });
    }
    await bob.leave(room);
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', sendPath(room, 'm.room.message', 'a'), { body: text('x') });
    await bob.refused(401, 'M_MISSING_TOKEN', 'PUT', sendPath(room, 'm.room.message', 'a'), { body: text('x'), token: null });
  });

  it('power decides what may be sent', async ({ alice, bob, room }) => {
    await alice.setState(room, 'm.room.power_levels', '', { events: { 'org.example.high': 60 }, events_default: 0 });
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', sendPath(room, 'org.example.high', 'a'), { body: {} });
    await alice.send(room, 'org.example.high', {});
    await bob.send(room, 'org.example.low', {});
  });

  it('MD-03, MD-15, N-02, N-03, N-05: what cannot be an event is refused and tells why: numbers, JSON, sizes, messages without text', async ({
    alice,
    room,
  }) => {
    const since = (await alice.sync()).next_batch as string;
    const send = (body: unknown, type = 'org.example.x'): [string, string, { body: unknown }] => [
      'PUT',
      sendPath(room, type, 'a'),
      { body },
    ];
    const raw = (json: string): Buffer => Buffer.from(json);
    for (const number of ['1.5', '1e3', '1.0', '-0', '9007199254740992', '-9007199254740992', '1e400']) {
      await alice.refused(400, 'M_BAD_JSON', ...send(raw(`{"n":[{"deep":${number}}]}`)));
    }
    for (const json of ['{', '{"n":01}', '{"n":NaN}', '{} {}', "{'n':1}"]) await alice.refused(400, 'M_NOT_JSON', ...send(raw(json)));
    for (const json of ['[]', '"x"', '1', 'null', '{"a":1,"a":2}', '{"a":"\\ud800"}', `{"a":${'['.repeat(101)}${']'.repeat(101)}}`]) {
      await alice.refused(400, 'M_BAD_JSON', ...send(raw(json)));
    }
    await alice.refused(413, 'M_TOO_LARGE', ...send({ body: bytesOf(65_536) }));
    await alice.refused(413, 'M_TOO_LARGE', ...send(raw(JSON.stringify({ body: bytesOf(1024 * 1024) }))));
    await alice.refused(413, 'M_TOO_LARGE', ...send({}, bytesOf(256)));
    await alice.refused(413, 'M_TOO_LARGE', ...send({}, 'ü'.repeat(128)));
    for (const body of [{ body: 'x' }, { msgtype: 'm.text' }, { msgtype: 1, body: 'x' }, { msgtype: 'm.text', body: null }]) {
      await alice.refused(400, 'M_BAD_JSON', ...send(body, 'm.room.message'));
    }
    for (const answer of await answersToWrongTypes(alice, 'PUT', sendPath(room, 'org.example.x', 'a'), {}))
      assert.equal(answer.status, 400);
    assert.equal((await alice.sync({ since })).rooms, undefined, 'what was refused changed nothing');
  });

  it('the greatest that is allowed goes: types and keys of 255 bytes, content up to the size of an event, safe integers', async ({
    alice,
    room,
  }) => {
    await alice.send(room, bytesOf(255), { '': Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER, [bytesOf(1_000)]: 0 });
    const large = { body: bytesOf(64_000) };
    assert.deepEqual((await alice.event(room, await alice.send(room, 'org.example.x', large))).content, large);
    await alice.send(room, 'm.room.message', {});
  });

  it('an empty body is an empty content, whatever its content type', async ({ alice, room }) => {
    const sent = await alice.ok('PUT', sendPath(room, 'org.example.x', 'empty'));
    assert.deepEqual((await alice.event(room, sent.event_id)).content, {});
    const headers = { 'content-type': 'text/plain' };
    const other = await alice.ok('PUT', sendPath(room, 'org.example.x', 'plain'), { body: Buffer.from('{"a":1}'), headers });
    assert.deepEqual((await alice.event(room, other.event_id)).content, { a: 1 });
  });

  it('N-01: types, keys and transaction ids that mean something to the language are texts like all other', async ({ alice, room }) => {
    for (const word of ['__proto__', 'constructor', 'toString', 'then', 'hasOwnProperty']) {
      const body = Buffer.from(`{"__proto__":{"admin":true},"constructor":{"prototype":null},"word":"${word}"}`);
      const sent = await alice.ok('PUT', sendPath(room, word, word), { body });
      assert.equal((await alice.ok('PUT', sendPath(room, word, word), { body })).event_id, sent.event_id);
      const answer = await alice.request('GET', clientPath`/rooms/${room}/event/${sent.event_id}`);
      assert.match(Buffer.from(answer.bytes).toString(), /"content":\{[^}]*"__proto__":\{"admin":true\}/);
      assert.equal(answer.body.type, word);
    }
    assert.equal(({} as Record<string, unknown>)['admin'], undefined);
  });

  it('older paths send too, and POST of 2015 sends anew each time', async ({ alice, bob, room }) => {
    for (const prefix of olderPrefixes) {
      const path = under(prefix, sendPath(room, 'm.room.message', prefix));
      const first = await alice.ok('PUT', path, { body: text('old') });
      assert.equal((await alice.ok('PUT', path, { body: text('old') })).event_id, first.event_id);
      assert.equal((await bob.event(room, first.event_id)).content.body, 'old');
    }
    for (const prefix of olderPrefixes.slice(1)) {
      const path = under(prefix, clientPath`/rooms/${room}/send/${'m.room.message'}`);
      const [one, two] = [await alice.ok('POST', path, { body: text('x') }), await alice.ok('POST', path, { body: text('x') })];
      assert.notEqual(one.event_id, two.event_id);
      await alice.refused(400, 'M_BAD_JSON', 'POST', path, { body: { body: 'x' } });
    }
    await alice.refused(404, 'M_UNRECOGNIZED', 'POST', clientPath`/rooms/${room}/send/${'m.room.message'}`, { body: text('x') });
  });
});

test('a transaction id is remembered over a restart', async () => {
  const server = await startHearth();
  const alice = await server.client.register('alice', password);
  const room = await alice.createRoom();
  const first = await alice.send(room, 'm.room.message', { msgtype: 'm.text', body: 'x' }, 'one');
  const again = await server.restart();
  try {
    const repeated = again.client.withToken(alice.token);
    assert.equal(await repeated.send(room, 'm.room.message', { msgtype: 'm.text', body: 'x' }, 'one'), first);
    const { chunk } = await repeated.messages(room, { dir: 'b' });
    assert.equal(chunk.filter((event: { type: string }) => event.type === 'm.room.message').length, 1);
  } finally {
    await again.stop();
  }
});
