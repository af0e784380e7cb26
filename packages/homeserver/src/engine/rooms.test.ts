import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { DraftDeps } from './draft-deps.ts';
import { Rooms } from './rooms.ts';
import type { RoomRow } from './store.ts';
import type { Database, Query, Reader } from '@hearth/storage';

/** A table of one room that other nodes write to; readings can be held up between the database and the reader. */
function oneRoom() {
  const state = { revision: 1, reads: 0, gate: Promise.resolve() };
  const row = (): RoomRow => ({
    number: 1,
    room_id: '!room:hearth.test',
    version: '12',
    revision: state.revision,
    current_state: 0,
    next_number: 1,
    depth: 0,
    extremities: '[]',
    countable: 0,
    joined_members: 0,
    invited_members: 0,
  });
  const reader: Reader = {
    all: async () => [],
    first: async <Row>(_query: Query<Row>) => {
      state.reads += 1;
      const found = row();
      await state.gate;
      return found as Row;
    },
  };
  return { state, rooms: new Rooms({ database: { reader, write: async () => ({ entries: [] }) } as unknown as Database } as DraftDeps) };
}

test('readers who come together read a head once, and those who come later not at all', async () => {
  const { state, rooms } = oneRoom();
  await Promise.all([rooms.head(1), rooms.head(1), rooms.head(1)]);
  await rooms.head(1);
  assert.equal(state.reads, 1);
});

test('a head that another node wrote to while it was read is read again, and the old one is not kept', async () => {
  const { state, rooms } = oneRoom();
  const gate = Promise.withResolvers<void>();
  state.gate = gate.promise;
  const reading = rooms.head(1);
  state.revision = 2;
  rooms.invalidate(1);
  gate.resolve();
  assert.equal((await reading)?.revision, 2);
  assert.equal((await rooms.head(1))?.revision, 2);
});

test('after another node wrote a head is read once more, and then kept again', async () => {
  const { state, rooms } = oneRoom();
  await rooms.head(1);
  state.revision = 2;
  rooms.invalidate(1);
  assert.equal((await rooms.head(1))?.revision, 2);
  assert.equal((await rooms.head(1))?.revision, 2);
  assert.equal(state.reads, 2);
});

test('a room that others write to all the time is answered all the same', async () => {
  const { state, rooms } = oneRoom();
  Object.defineProperty(state, 'gate', {
    get: () => {
      state.revision += 1;
      rooms.invalidate(1);
      return Promise.resolve();
    },
  });
  assert.ok(await rooms.head(1));
  assert.ok(state.reads <= 5);
});
