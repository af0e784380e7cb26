import assert from 'node:assert/strict';

import { type MovablePlace, onEachDatabase } from '../movable-clock.ts';
import { allRooms, clientOf } from '../sliding-sync/people.ts';
import type { Session } from '@hearth/testkit';

const password = 'correct horse battery';
const minuteMs = 60_000;
const extension = 'org.matrix.msc4354.sticky_events';

type Place = MovablePlace & { readonly room: string };

function inRoomOnEachDatabase(name: string, run: (place: Place) => Promise<void>): void {
  onEachDatabase(name, {}, async (place) => {
    const room = await place.alice.createRoom({ preset: 'public_chat', initial_state: [historyFromJoining] });
    await place.bob.join(room);
    await run({ ...place, room });
  });
}

const historyFromJoining = { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } };
let transactions = 0;

async function stick(who: Session, room: string, ms: number, name = 'org.matrix.msc4354.sticky_duration_ms'): Promise<string> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/org.example.call/${(transactions += 1)}`;
  return (await who.ok('PUT', path, { query: { [name]: String(ms) }, body: { in: 'call' } })).event_id;
}

type Shown = { readonly event_id: string; readonly unsigned: Record<string, number> };

const stuck = (answer: { rooms?: { join?: Record<string, { msc4354_sticky?: { events: Shown[] } }> } }, room: string): Shown[] =>
  answer.rooms?.join?.[room]?.msc4354_sticky?.events ?? [];
const idsOf = (events: readonly Shown[]): string[] => events.map(({ event_id }) => event_id);

async function flood(who: Session, room: string): Promise<void> {
  for (let count = 0; count < 12; count += 1) await who.sendText(room, `message ${count}`);
}

inRoomOnEachDatabase(
  'what sticks is told once after a gap, oldest first, and not where the timeline shows it',
  async ({ alice, bob, room }) => {
    const { next_batch: since } = await bob.sync();
    const first = [await stick(alice, room, 10 * minuteMs), await stick(alice, room, 10 * minuteMs, 'sticky_duration_ms')];
    const shown = await bob.sync({ since });
    assert.deepEqual(stuck(shown, room), []);
    assert.deepEqual(idsOf(shown.rooms.join[room].timeline.events), first);
    await flood(alice, room);
    const gap = await bob.sync({ since });
    assert.equal(gap.rooms.join[room].timeline.limited, true);
    assert.deepEqual(idsOf(stuck(gap, room)), first);
    const [left] = stuck(gap, room).map(({ unsigned }) => unsigned['msc4354_sticky_duration_ttl_ms'] ?? 0);
    assert.ok(left !== undefined && left > 0 && left <= 10 * minuteMs);
    await alice.sendText(room, 'later');
    assert.deepEqual(stuck(await bob.sync({ since: gap.next_batch }), room), []);
    assert.deepEqual(idsOf(stuck(await bob.sync(), room)), first, 'and to a client that knows nothing yet');
    const filter = JSON.stringify({ room: { timeline: { types: ['m.room.message'] } } });
    assert.deepEqual(idsOf(stuck(await bob.sync({ since, filter }), room)), first, 'also what the filter leaves out of the timeline');
  },
);

inRoomOnEachDatabase('stickiness ends by the clock, by redaction, and in an hour at most', async ({ alice, bob, room, clock }) => {
  const [short, long, redacted] = [
    await stick(alice, room, minuteMs),
    await stick(alice, room, 60 * minuteMs),
    await stick(alice, room, 60 * minuteMs),
  ];
  await stick(alice, room, 0);
  await alice.ok('PUT', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(redacted)}/r`, { body: {} });
  await flood(alice, room);
  assert.deepEqual(idsOf(stuck(await bob.sync(), room)), [short, long]);
  clock.forward(2 * minuteMs);
  assert.deepEqual(idsOf(stuck(await bob.sync(), room)), [long]);
  clock.forward(58 * minuteMs);
  assert.deepEqual(stuck(await bob.sync(), room), []);
  for (const ms of [-1, 60 * minuteMs + 1, 1.5]) {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/org.example.call/refused`;
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path, { query: { 'org.matrix.msc4354.sticky_duration_ms': String(ms) }, body: {} });
  }
});

inRoomOnEachDatabase(
  'who joins is told whatever the history visibility is; who is not in, or ignores the sender, is not',
  async (place) => {
    const { hearth, alice, bob, room } = place;
    const event = await stick(alice, room, 10 * minuteMs);
    const carol = await hearth.client.register('carol', password);
    const { next_batch: since } = await carol.sync();
    assert.deepEqual(stuck(await carol.sync({ since }), room), []);
    await carol.join(room);
    assert.deepEqual(idsOf(stuck(await carol.sync({ since }), room)), [event]);
    await flood(alice, room);
    await bob.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/account_data/m.ignored_user_list`, {
      body: { ignored_users: { [alice.userId]: {} } },
    });
    assert.deepEqual(stuck(await bob.sync(), room), []);
    await bob.ok('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/leave`, { body: {} });
    assert.deepEqual(stuck(await bob.sync(), room), []);
  },
);

inRoomOnEachDatabase('sliding sync tells them page by page, and refuses tokens that are none', async ({ alice, bob, room }) => {
  const events = [
    await stick(alice, room, 10 * minuteMs),
    await stick(alice, room, 10 * minuteMs),
    await stick(alice, room, 10 * minuteMs),
  ];
  await flood(alice, room);
  const asks = allRooms(1, {});
  const client = clientOf(bob, asks);
  await client.sync();
  const ask = async (more: object): Promise<{ next_batch: string; rooms: Record<string, { events: Shown[] }> } | undefined> => {
    const body = { ...asks, extensions: { [extension]: { enabled: true, ...more } } };
    const path = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';
    const answer = await bob.ok('POST', path, { query: { pos: client.pos, timeout: 0 }, body });
    client.pos = answer.pos;
    return answer.extensions[extension];
  };
  const one = await ask({ limit: 2 });
  assert.deepEqual(idsOf(one?.rooms[room]?.events ?? []), events.slice(0, 2));
  const two = await ask({ limit: 2, since: one?.next_batch });
  assert.deepEqual(idsOf(two?.rooms[room]?.events ?? []), events.slice(2));
  assert.equal(await ask({ since: two?.next_batch }), undefined);
  await stick(alice, room, 10 * minuteMs);
  const three = await ask({ since: two?.next_batch });
  assert.deepEqual(three?.rooms, {}, 'the timeline of the same answer shows it');
  assert.equal(await ask({ since: three.next_batch }), undefined);
  const wrong = { ...asks, extensions: { [extension]: { enabled: true, since: 'x' } } };
  await bob.refused(400, 'M_INVALID_PARAM', 'POST', '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync', { body: wrong });
});
