import assert from 'node:assert/strict';

import fc from 'fast-check';

import { inRoom, onEachDatabase } from './place.ts';

/** Types of which people outside see the room's present event. */
const types = ['m.room.name', 'm.room.avatar', 'm.room.topic', 'm.room.canonical_alias', 'm.room.encryption', 'm.room.join_rules'];
const perRoom = types.length;
const values = 1_000;

/** Contents that nobody expects: names that are no text, keys that mean something to programs, depth. */
const contents = fc
  .dictionary(
    fc.oneof(
      fc.constantFrom('name', 'url', 'topic', 'alias', 'algorithm', 'join_rule', '__proto__', 'constructor', 'then', ''),
      fc.string(),
    ),
    fc.jsonValue({ maxDepth: 4 }).map(integersOnly),
    { maxKeys: 5 },
  )
  .map((content) => JSON.parse(JSON.stringify(content)) as object);

function integersOnly(value: unknown): unknown {
  if (typeof value === 'number') return Math.trunc(value % 1e9) || 0;
  if (Array.isArray(value)) return value.map(integersOnly);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, integersOnly(each)]));
  return value;
}

onEachDatabase('MD-07', (it) => {
  it('no content of a room that somebody is invited to breaks their /sync, and each invitation can be declined', async ({ alice, bob }) => {
    const seed = 7;
    const drawn = fc.sample(contents, { numRuns: values, seed });
    let since = (await bob.sync()).next_batch;
    const rooms: string[] = [];
    for (let index = 0; index < values; index += perRoom) {
      const state = types.map((type, offset) => ({ type, content: drawn[index + offset] ?? {} }));
      const answer = await alice.request('POST', '/_matrix/client/v3/createRoom', { body: { invite: [bob.userId], initial_state: state } });
      assert.ok(answer.status === 200 || answer.status === 400, `seed ${seed}, from ${index}: ${JSON.stringify(answer.body)}`);
      if (answer.status !== 200) continue;
      rooms.push(answer.body.room_id as string);
      const news = await bob.sync({ since });
      since = news.next_batch;
      const { events } = news.rooms.invite[answer.body.room_id].invite_state;
      assert.ok(events.some((event: { type: string }) => event.type === 'm.room.create'));
      for (const event of events) assert.deepEqual(Object.keys(event).sort(), ['content', 'sender', 'state_key', 'type']);
    }
    assert.ok(rooms.length > 100, `${rooms.length} rooms`);
    const all = await bob.sync();
    for (const room of rooms) {
      assert.ok(all.rooms.invite[room]);
      await bob.ok('POST', inRoom(room, 'leave'), { body: {} });
    }
    const listed = await alice.createRoom({ visibility: 'public', name: 'A good name' });
    const { chunk } = await bob.ok('GET', '/_matrix/client/v3/publicRooms');
    assert.deepEqual(
      chunk.map((each: { room_id: string }) => each.room_id),
      [listed],
      'the list of rooms goes on too',
    );
    const after = await bob.sync();
    for (const room of rooms) assert.equal(after.rooms?.invite?.[room], undefined);
  });

  it('AC-12: people outside see nothing of a room but the types for them, and nothing of unsigned, ids or times', async ({
    alice,
    bob,
  }) => {
    const room = await alice.createRoom({
      invite: [bob.userId],
      initial_state: [
        { type: 'org.example.secret', content: { pin: 1 } },
        { type: 'm.room.pinned_events', content: { pinned: [] } },
        { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
      ],
    });
    const { events } = (await bob.sync()).rooms.invite[room].invite_state;
    assert.deepEqual(
      events.map(({ type }: { type: string }) => type),
      ['m.room.create', 'm.room.join_rules', 'm.room.encryption', 'm.room.member', 'm.room.member'],
    );
    for (const event of events) assert.deepEqual(Object.keys(event).toSorted(), ['content', 'sender', 'state_key', 'type']);
  });
});
