import assert from 'node:assert/strict';

import { domainsOf } from '../../src/domains.ts';
import { deleteRoom } from '../../src/room-admin/jobs/delete-room.ts';
import { RoomWork } from '../../src/room-admin/work.ts';
import { onEachDatabase, type Place } from '../rooms/place.ts';
import { placesOf, tablesWithRoom } from './everywhere.ts';
import { sleep, systemClock } from '@hearth/kit';
import { scan } from '@hearth/storage';
import { clientPath, type Session } from '@hearth/testkit';

const canary = 'yellowcanaryfeather';
const unstable = '/_matrix/client/unstable';

/** Waits until nothing is being done to the room. */
async function finished({ hearth }: Place, roomId: string): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    const { tasks } = await hearth.server.roomAdmin.show(roomId);
    if (tasks.every(({ task }) => task === 'delete')) return;
    assert.equal(tasks[0]?.failed, undefined);
    await sleep(systemClock(), 25, new AbortController().signal);
  }
  assert.fail('the task does not come to an end');
}

const slowest = scan<{ position: number }>('test-slowest-follower', 'SELECT MIN(position) AS position FROM cursors');

/** Waits until the followers have seen what is there now: a minute lies between the end of a room and its deletion, and they need less. */
async function followed({ hearth }: Place): Promise<void> {
  const { database } = hearth.server;
  const head = await database.head();
  for (let look = 0; look < 1_600; look += 1) {
    if (((await database.reader.first(slowest, []))?.position ?? 0) >= head) return;
    await sleep(systemClock(), 25, new AbortController().signal);
  }
  assert.fail('the followers do not come to the end of the stream');
}

async function bodies(reader: Session, room: string, query = {}): Promise<string[]> {
  const { chunk } = await reader.messages(room, { dir: 'f', limit: 500, ...query });
  return chunk.flatMap(({ type, content }: { type: string; content: { body: string } }) =>
    type === 'm.room.message' ? [content.body] : [],
  );
}

onEachDatabase('operators', (it) => {
  it('purge a room’s history before an event or a time: state, later messages and old tokens stay right', async (place) => {
    const { alice, bob, hearth } = place;
    const { roomAdmin } = hearth.server;
    const room = await alice.createRoom({ preset: 'public_chat', name: 'kept' });
    await bob.join(room);
    for (let n = 0; n < 250; n += 1) await alice.sendText(room, `${canary} ${n}`);
    const { next_batch: since } = await bob.sync();
    const { end } = await bob.messages(room, { dir: 'b', limit: 10 });
    const limit = await alice.sendText(room, 'the limit');
    await alice.sendText(room, 'after');
    await assert.rejects(roomAdmin.purge(room, { eventId: '$nothing' }, false), /no event/);
    await assert.rejects(roomAdmin.purge('!nowhere:hearth.test', { ts: 1 }, false), /no room/);
    assert.equal(await roomAdmin.purge(room, { eventId: limit }, true), 250);
    assert.equal((await bodies(bob, room)).length, 252);
    assert.equal(await roomAdmin.purge(room, { eventId: limit }, false), 250);
    await finished(place, room);
    assert.deepEqual(await bodies(bob, room), ['the limit', 'after']);
    assert.deepEqual(await bodies(bob, room, { dir: 'b', from: end }), []);
    assert.deepEqual(await bodies(bob, room, { from: since }), ['the limit', 'after']);
    assert.equal((await bob.sync({ since })).rooms.join[room].timeline.events.length, 2);
    assert.equal((await bob.getState(room, 'm.room.name')).name, 'kept');
    assert.deepEqual(
      (await placesOf(canary, hearth.server)).filter((where) => where !== 'search_data.block'),
      [],
    );
    assert.equal(await roomAdmin.purge(room, { ts: Number.MAX_SAFE_INTEGER }, false), 2);
    await finished(place, room);
    await bob.sendText(room, 'the room lives on');
    assert.deepEqual(await bodies(alice, room), ['the room lives on']);
  });

  it('purge what somebody has not read, which is unread no more; what is said later is', async (place) => {
    const { alice, bob, carol, hearth } = place;
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const unread = async (): Promise<number[]> => {
      const { notification_count: count, highlight_count: highlights } = (await bob.sync()).rooms.join[room].unread_notifications;
      return [count, highlights];
    };
    const mention = (): Promise<string> =>
      alice.send(room, 'm.room.message', { msgtype: 'm.text', body: 'you', 'm.mentions': { user_ids: [bob.userId] } });
    for (let n = 0; n < 210; n += 1) await alice.sendText(room, `${n}`);
    await alice.send(room, 'm.reaction', {});
    await mention();
    const limit = await mention();
    await alice.sendText(room, 'after');
    assert.deepEqual(await unread(), [213, 2]);
    assert.equal(await hearth.server.roomAdmin.purge(room, { eventId: limit }, false), 212);
    await finished(place, room);
    assert.deepEqual(await unread(), [2, 1]);
    await carol.join(room);
    await carol.sendText(room, 'and on');
    assert.deepEqual(await unread(), [3, 1]);
    // One in the middle says nothing of what stands before it.
    const { engine } = hearth.server.spine;
    const newest = await engine.eventById(await alice.sendText(room, 'dated back'));
    await engine.purge(newest?.room ?? 0, [newest?.number ?? 0]);
    assert.equal((await unread())[0], 4);
    assert.equal(await hearth.server.roomAdmin.purge(room, { ts: Number.MAX_SAFE_INTEGER }, false), 3);
    await finished(place, room);
    assert.deepEqual(await unread(), [1, 0]);
  });

  it('block a room: nobody comes in, as if it did not exist, and who is in stays until it is unblocked', async ({
    alice,
    bob,
    carol,
    hearth,
  }) => {
    const { roomAdmin } = hearth.server;
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await roomAdmin.block(room);
    const refused = await carol.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/rooms/${room}/join`, { body: {} });
    assert.deepEqual(
      await carol.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/rooms/${'!nowhere:hearth.test'}/join`, { body: {} }),
      refused,
    );
    await alice.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/rooms/${room}/invite`, { body: { user_id: carol.userId } });
    await alice.refused(403, 'M_FORBIDDEN', 'PUT', clientPath`/rooms/${room}/state/m.room.member/${carol.userId}`, {
      body: { membership: 'invite' },
    });
    await bob.sendText(room, 'still here');
    await bob.leave(room);
    await roomAdmin.unblock(room);
    await carol.join(room);
  });

  it('shut a room down: everybody leaves with the reason, its aliases go, nobody comes back', async (place) => {
    const { alice, bob, carol, hearth } = place;
    const room = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'doomed', invite: [carol.userId] });
    await bob.join(room);
    const { next_batch: since } = await bob.sync();
    assert.equal(await hearth.server.roomAdmin.shutDown(room, 'Spam', false, true), 2);
    assert.equal((await bob.ok('GET', clientPath`/joined_rooms`)).joined_rooms.includes(room), true);
    await hearth.server.roomAdmin.shutDown(room, 'Spam', false, false);
    await finished(place, room);
    const left = (await bob.sync({ since })).rooms.leave[room];
    const own = left.timeline.events.find(({ state_key: key }: { state_key?: string }) => key === bob.userId);
    assert.deepEqual(own.content, { membership: 'leave', reason: 'Spam' });
    assert.equal((await carol.sync()).rooms?.invite?.[room], undefined);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/directory/room/${'#doomed:hearth.test'}`);
    for (const session of [alice, bob, carol])
      await session.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/rooms/${room}/join`, { body: {} });
    assert.deepEqual((await hearth.server.roomAdmin.show(room)).joined_members, 0);
  });

  it('delete a room: nothing of it is left in any table, and nobody can have its id again', async (place) => {
    const { alice, bob, hearth } = place;
    const { database, roomAdmin, spine } = hearth.server;
    const room = await alice.createRoom({ preset: 'public_chat', name: canary, room_alias_name: canary });
    await bob.join(room);
    const { number = 0 } = (await spine.engine.room(room)) ?? {};
    const event = await alice.sendText(room, canary);
    await bob.send(room, 'm.room.message', {
      msgtype: 'm.text',
      body: 'x',
      'm.relates_to': { rel_type: 'm.thread', event_id: event },
      'm.mentions': { room: true },
    });
    await bob.ok('POST', clientPath`/rooms/${room}/receipt/m.read/${event}`, { body: {} });
    await bob.ok('PUT', clientPath`/user/${bob.userId}/rooms/${room}/account_data/org.x`, { body: { canary } });
    await alice.redact(room, await alice.sendText(room, 'gone'));
    await bob.ok('PUT', clientPath`/rooms/${room}/send/m.room.message/later`, {
      body: { msgtype: 'm.text', body: canary },
      query: { 'org.matrix.msc4140.delay': '60000000' },
    });
    await bob.ok(
      'PUT',
      `${unstable}/io.element.msc4306/rooms/${encodeURIComponent(room)}/thread/${encodeURIComponent(event)}/subscription`,
      {
        body: {},
      },
    );
    const asks = { lists: { all: { ranges: [[0, 9]], timeline_limit: 1, required_state: [] } } };
    await bob.ok('POST', `${unstable}/org.matrix.simplified_msc3575/sync`, { body: asks });
    await bob.ok('POST', clientPath`/rooms/${room}/report`, { body: { reason: 'odd' } });
    await bob.ok('PUT', clientPath`/user/${bob.userId}/account_data/m.direct`, { body: { [alice.userId]: [room] } });
    const kept = await alice.createRoom({ name: 'kept' });
    const { next_batch: since } = await bob.sync();
    await roomAdmin.shutDown(room, undefined, true, false);
    await finished(place, room);
    // Who is around is told; then the room goes.
    assert.ok(room in (await bob.sync({ since })).rooms.leave);
    assert.deepEqual((await roomAdmin.show(room)).tasks, [{ task: 'delete', done: 0 }]);
    await followed(place);
    const { run } = deleteRoom(new RoomWork({ database, engine: spine.engine, clock: systemClock(), domains: domainsOf(['hearth.test']) }));
    let outcome = await run({ room: number, roomId: room }, AbortSignal.abort());
    assert.equal(await spine.engine.room(room), undefined);
    for (let part = 0; part < 20 && 'next' in outcome; part += 1) outcome = await run(outcome.next, new AbortController().signal);
    assert.deepEqual(outcome, { done: true });
    await spine.tail.caughtUp();
    await followed(place);
    assert.equal(await spine.engine.room(room), undefined);
    for (const path of [clientPath`/rooms/${room}/event/${event}`, clientPath`/rooms/${room}/context/${event}`])
      await bob.refused(404, 'M_NOT_FOUND', 'GET', path);
    await bob.refused(403, 'M_FORBIDDEN', 'GET', clientPath`/rooms/${room}/messages`);
    await bob.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/rooms/${room}/join`, { body: {} });
    await bob.sync({ since });
    await bob.sync();
    assert.deepEqual(await tablesWithRoom(number, hearth.server), []);
    // The block and the task that is told below, what people reported, and lists that are their own (docs/operating.md).
    assert.deepEqual((await placesOf(room, hearth.server)).toSorted(), [
      'account_data.content',
      'blocked_rooms.room_id',
      'jobs.payload',
      'reports.room_id',
    ]);
    const places = await placesOf(canary, hearth.server);
    assert.deepEqual(
      places.filter((where) => where !== 'search_data.block'),
      [],
    );
    assert.equal((await alice.getState(kept, 'm.room.name')).name, 'kept');
    assert.deepEqual(await roomAdmin.show(room), { room_id: room, blocked: true, tasks: [{ task: 'delete', done: 0 }] });
  });

  it('list rooms, and start one task in a room at a time', async (place) => {
    const { alice, hearth } = place;
    const { roomAdmin } = hearth.server;
    const room = await alice.createRoom();
    const rooms = [];
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Awaited<ReturnType<typeof roomAdmin.list>> = await roomAdmin.list(after);
      rooms.push(...page.rooms);
      after = page.next;
    }
    assert.deepEqual(
      rooms.find((one) => one.room_id === room),
      { room_id: room, version: '12', joined_members: 1, blocked: false },
    );
    const both = await Promise.allSettled([roomAdmin.shutDown(room, undefined, false, false), roomAdmin.purge(room, { ts: 1 }, false)]);
    assert.ok(both.some(({ status }) => status === 'fulfilled'));
    await finished(place, room);
  });
});
