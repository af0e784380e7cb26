import assert from 'node:assert/strict';
import { test } from 'node:test';

import { membershipRow } from './membership-entry.ts';
import { UserRooms } from './user-rooms.ts';
import { type Database, type Query, type StreamEntry, streamKinds } from '@hearth/storage';

type Row = { room: number; membership: string; forgotten: number };

/** A table of memberships whose readings end when the test says so. */
class SlowTable {
  rows: Row[] = [];
  readings = 0;
  readonly #held: (() => void)[] = [];
  readonly database = {
    reader: {
      all: <Shape>(_query: Query<Shape>): Promise<Shape[]> => this.#read() as Promise<Shape[]>,
      first: () => Promise.reject(new Error('not used')),
    },
  } as unknown as Database;

  #read(): Promise<unknown[]> {
    this.readings += 1;
    const rows = [...this.rows];
    return new Promise((resolve) => this.#held.push(() => resolve(rows)));
  }

  /** Ends the oldest reading. */
  async answer(): Promise<void> {
    this.#held.shift()?.();
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
let position = 0;
const changed = (user: number, room: number, membership: string): StreamEntry[] => [
  { position: (position += 1), ...membershipRow(user, room, membership, 1) },
];
const forgotten = (user: number, room: number): StreamEntry[] => [
  { position: (position += 1), kind: streamKinds.forgotten, room: null, usr: user, subject: room, detail: null },
];

test('rooms are read once and then follow the stream, and so do the members around', async () => {
  const table = new SlowTable();
  table.rows = [
    { room: 1, membership: 'join', forgotten: 0 },
    { room: 2, membership: 'leave', forgotten: 1 },
  ];
  const rooms = new UserRooms(table.database);
  const first = rooms.of(7);
  const second = rooms.of(7);
  await table.answer();
  assert.deepEqual(
    [...(await first)],
    [
      [1, { membership: 'join', forgotten: false }],
      [2, { membership: 'leave', forgotten: true }],
    ],
  );
  assert.equal(await second, await first);
  rooms.consume(changed(7, 2, 'join'));
  rooms.consume(changed(7, 1, 'ban'));
  rooms.consume(changed(8, 1, 'join'));
  const now = await rooms.of(7);
  assert.deepEqual([now.get(1)?.membership, now.get(2)], ['ban', { membership: 'join', forgotten: false }]);
  assert.deepEqual([[...rooms.membersAround(1)], [...rooms.membersAround(2)]], [[], [7]]);
  assert.equal(table.readings, 1);
});

test('a change that comes while the rooms are being read is not lost, whichever of the two saw it', async () => {
  const table = new SlowTable();
  const rooms = new UserRooms(table.database);
  const reading = rooms.of(7);
  rooms.consume(changed(7, 1, 'join'));
  await table.answer();
  assert.equal((await reading).get(1)?.membership, 'join');
  assert.deepEqual([...rooms.membersAround(1)], [7]);
  assert.equal(await rooms.of(7), await reading);
});

test('a reading that is ahead of the stream is not used before the stream is there', async () => {
  const table = new SlowTable();
  table.rows = [{ room: 1, membership: 'leave', forgotten: 0 }];
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const rooms = new UserRooms(table.database, () => told);
  let done = false;
  const reading = rooms.of(7).finally(() => (done = true));
  await table.answer();
  assert.equal(done, false);
  rooms.consume(changed(7, 1, 'leave'));
  tell();
  assert.equal((await reading).get(1)?.membership, 'leave');
});

test('a room left and forgotten while the rooms are being read is forgotten, whatever the reading saw of it', async () => {
  for (const rows of [
    [{ room: 1, membership: 'join', forgotten: 0 }],
    [{ room: 1, membership: 'leave', forgotten: 0 }],
    [{ room: 1, membership: 'leave', forgotten: 1 }],
  ]) {
    const table = new SlowTable();
    table.rows = rows;
    const rooms = new UserRooms(table.database);
    const reading = rooms.of(7);
    rooms.consume([...changed(7, 1, 'leave'), ...forgotten(7, 1)]);
    await table.answer();
    assert.deepEqual((await reading).get(1), { membership: 'leave', forgotten: true });
  }
});

test('a room that is forgotten is marked, the others stay, and coming back ends it', async () => {
  const table = new SlowTable();
  table.rows = [
    { room: 1, membership: 'leave', forgotten: 0 },
    { room: 2, membership: 'join', forgotten: 0 },
  ];
  const rooms = new UserRooms(table.database);
  const reading = rooms.of(7);
  await table.answer();
  await reading;
  rooms.consume(forgotten(7, 1));
  rooms.consume(forgotten(8, 2));
  assert.deepEqual(
    [...(await rooms.of(7))],
    [
      [1, { membership: 'leave', forgotten: true }],
      [2, { membership: 'join', forgotten: false }],
    ],
  );
  assert.deepEqual([...rooms.membersAround(2)], [7]);
  rooms.consume(changed(7, 1, 'join'));
  assert.deepEqual((await rooms.of(7)).get(1), { membership: 'join', forgotten: false });
  assert.equal(table.readings, 1);
});

test('a reading that fails is the failure of those who asked, and the next one reads again', async () => {
  let fails = true;
  const database = { reader: { all: async () => (fails ? Promise.reject(new Error('gone')) : []) } } as unknown as Database;
  const rooms = new UserRooms(database);
  await assert.rejects(rooms.of(7), /gone/);
  fails = false;
  assert.equal((await rooms.of(7)).size, 0);
});
