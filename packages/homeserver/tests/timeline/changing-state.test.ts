import assert from 'node:assert/strict';

import { closedRooms, onEachServer } from './people.ts';

const of = (room: string, rest: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/${rest}`;

onEachServer('changing state', (it) => {
  it('a patch changes, adds and removes single keys, and a whole event is sent', async ({ alice, bob, room }) => {
    const path = of(room, 'org.example.a/key');
    await alice.ok('PUT', path, { body: { kept: 1, changed: { a: 1, b: 2 }, removed: true, text: 'x' } });
    const patch = { changed: { b: 3, c: null }, removed: null, text: { now: ['a', null] }, __proto: {} };
    const { event_id: id } = await alice.ok('PATCH', path, { body: patch });
    const expected = { kept: 1, changed: { a: 1, b: 3 }, text: { now: ['a', null] }, __proto: {} };
    assert.deepEqual(await bob.ok('GET', path), expected);
    const event = await bob.ok('GET', path, { query: { format: 'event' } });
    assert.deepEqual([event.event_id, event.content], [id, expected]);
    const empty = of(room, 'org.example.b');
    await alice.ok('PUT', empty, { body: { a: 1 } });
    await alice.ok('PATCH', empty, { body: { b: 2 } });
    assert.deepEqual(await bob.ok('GET', empty), { a: 1, b: 2 });
  });

  it('all who change different keys at the same time succeed', async ({ alice, room }) => {
    const path = of(room, 'org.example.a');
    await alice.ok('PUT', path, { body: {} });
    const names = Array.from({ length: 8 }, (_, index) => `k${index}`);
    await Promise.all(names.map((name) => alice.ok('PATCH', path, { body: { [name]: 1 } })));
    assert.deepEqual(await alice.ok('GET', path), Object.fromEntries(names.map((name) => [name, 1])));
  });

  it('If-Match lets a change happen only on the state that was read', async ({ alice, room }) => {
    const path = of(room, 'org.example.a');
    const { event_id: first } = await alice.ok('PUT', path, { body: { n: 1 } });
    const { event_id: second } = await alice.ok('PUT', path, { body: { n: 2 }, headers: { 'if-match': first } });
    for (const method of ['PUT', 'PATCH'] as const) {
      await alice.refused(412, 'M_BAD_STATE', method, path, { body: { n: 3 }, headers: { 'if-match': first } });
    }
    assert.deepEqual(await alice.ok('GET', path), { n: 2 });
    await alice.ok('PATCH', path, { body: { m: 3 }, headers: { 'if-match': `"${second}"` } });
    assert.deepEqual(await alice.ok('GET', path), { n: 2, m: 3 });
    await alice.refused(412, 'M_BAD_STATE', 'PUT', of(room, 'org.example.none'), { body: {}, headers: { 'if-match': first } });
    const member = of(room, `m.room.member/${encodeURIComponent(alice.userId)}`);
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', member, { body: { membership: 'join' }, headers: { 'if-match': first } });
    await alice.refused(400, 'M_INVALID_PARAM', 'PATCH', member, { body: { displayname: 'x' } });
  });

  it('what is not there, not allowed, or no object is not patched', async (people) => {
    const { alice, bob, eve, room } = people;
    await alice.refused(404, 'M_NOT_FOUND', 'PATCH', of(room, 'org.example.none'), { body: {} });
    await bob.refused(403, 'M_FORBIDDEN', 'PATCH', of(room, 'm.room.power_levels'), { body: { ban: 1 } });
    for (const where of [...(await closedRooms(people)), room])
      await eve.refused(403, 'M_FORBIDDEN', 'PATCH', of(where, 'm.room.power_levels'), { body: {} });
    for (const body of [[], 'x', 1]) await alice.refused(400, 'M_BAD_JSON', 'PATCH', of(room, 'm.room.power_levels'), { body });
    await alice.refused(400, 'M_BAD_JSON', 'PATCH', of(room, 'm.room.power_levels'), { body: { ban: 1.5 } });
    await alice.refused(403, 'M_FORBIDDEN', 'PATCH', of(room, 'm.room.power_levels'), { body: { ban: 'much' } });
  });
});
