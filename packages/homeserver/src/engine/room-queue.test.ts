import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MatrixError } from '../http/errors.ts';
import type { RoomHead } from './room-head.ts';
import { type Build, RoomQueue } from './room-queue.ts';
import { type Committed, emptyWrite, type Write, WriteRefused } from '@hearth/storage';

function headAt(revision: number): RoomHead {
  return { revision, number: 1 } as RoomHead;
}

/** A database of one room: commits in order, refuses what was built on another revision. */
function fakeDatabase() {
  const state = { revision: 0, log: [] as string[], refuseNext: undefined as Error | undefined };
  return {
    state,
    loadHead: async () => headAt(state.revision),
    discardUncommitted: () => state.log.push('discard'),
    write: async (write: Write): Promise<Committed> => {
      await Promise.resolve();
      if (state.refuseNext !== undefined) {
        const error = state.refuseNext;
        state.refuseNext = undefined;
        throw error;
      }
      if (write.claims[0]?.revision !== state.revision) throw new WriteRefused('stale', 'moved');
      state.revision += 1;
      return { entries: [] };
    },
  };
}

function append(name: string, log: string[]): Build<string> {
  return async (head) => {
    log.push(`build ${name} on ${head.revision}`);
    const write = { ...emptyWrite, claims: [{ room: 1, revision: head.revision, next: head.revision + 1 }] };
    return { result: name, write, head: headAt(head.revision + 1), committed: () => log.push(`commit ${name}`) };
  };
}

test('items are built one after the other on heads that are not committed yet', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue(database);
  const { log } = database.state;
  await Promise.all(['a', 'b', 'c'].map((name) => queue.submit(append(name, log))));
  assert.deepEqual(
    log.filter((line) => line.startsWith('build')),
    ['build a on 0', 'build b on 1', 'build c on 2'],
  );
  assert.equal(queue.committedHead?.revision, 3);
});

test('what was built on a write that failed is built again, and only the guilty request fails', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue(database);
  database.state.refuseNext = new WriteRefused('duplicate', 'taken');
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue.submit(append(name, database.state.log))));
  assert.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'fulfilled', 'fulfilled'],
  );
  assert.deepEqual(
    database.state.log.filter((line) => line.startsWith('commit')),
    ['commit b', 'commit c'],
  );
  assert.equal(database.state.revision, 2);
});

test('a stale room is loaded again and the item succeeds', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue(database);
  await queue.submit(append('a', database.state.log));
  database.state.revision = 7; // another node wrote
  await queue.submit(append('b', database.state.log));
  assert.deepEqual(database.state.log.at(-2), 'build b on 7');
  assert.equal(database.state.revision, 8);
});

test('a room that keeps moving gives 503 in the end', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue({ ...database, write: async () => Promise.reject(new WriteRefused('stale', 'moved')) });
  await assert.rejects(queue.submit(append('a', database.state.log)), (error) => error instanceof MatrixError && error.status === 503);
});

test('a refusal by the builder changes nothing for the items behind it', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue(database);
  const refused = queue.submit(async () => Promise.reject(new MatrixError('M_FORBIDDEN')));
  const accepted = queue.submit(append('b', database.state.log));
  await assert.rejects(refused, MatrixError);
  assert.equal((await accepted).result, 'b');
});

test('an answer that needs no write waits for the writes that it rests on', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue(database);
  const log = database.state.log;
  const first = queue.submit(append('a', log));
  const second = queue.submit(async (head) => ({ result: 'same', write: undefined, head, committed: () => undefined }));
  await second;
  assert.ok(log.includes('commit a'));
  await first;
});

test('what was refused because of a write that failed is judged again', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue(database);
  database.state.refuseNext = new WriteRefused('duplicate', 'taken');
  const ban = queue.submit(append('ban', database.state.log));
  const message = queue.submit(async (head) => {
    if (head.revision > 0) throw new MatrixError('M_FORBIDDEN');
    return append('message', database.state.log)(head);
  });
  await assert.rejects(ban, WriteRefused);
  assert.equal((await message).result, 'message');
});

test('nothing is refused because of a head that another node has moved on from', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue(database);
  await queue.submit(append('a', database.state.log));
  const answer = queue.submit(async (head) => {
    if (head.revision < 7) {
      database.state.revision = 7;
      queue.invalidate();
      throw new MatrixError('M_FORBIDDEN');
    }
    return append('b', database.state.log)(head);
  });
  assert.equal((await answer).result, 'b');
});

test('an item that comes at whatever moment the queue falls idle is built', async () => {
  for (let ticks = 0; ticks < 30; ticks += 1) {
    const database = fakeDatabase();
    const queue = new RoomQueue(database);
    await queue.submit(append('a', database.state.log));
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
    const stuck = new Promise((resolve) => setImmediate(resolve, 'stuck'));
    assert.notEqual(await Promise.race([queue.submit(append('b', database.state.log)), stuck]), 'stuck', `after ${ticks} ticks`);
  }
});

test('only who loses the room spends an attempt, not all that were built on it', async () => {
  const database = fakeDatabase();
  let moves = 9;
  const queue = new RoomQueue({
    ...database,
    // Another node is faster nine times.
    write: async (write) => {
      if (moves > 0 && write.claims[0]?.revision === database.state.revision) {
        moves -= 1;
        database.state.revision += 1;
      }
      return database.write(write);
    },
  });
  const names = ['a', 'b', 'c', 'd', 'e'];
  const results = await Promise.all(names.map((name) => queue.submit(append(name, database.state.log))));
  assert.deepEqual(
    results.map(({ result }) => result),
    names,
  );
});

test('a head that was built before another node wrote does not pass for the newest', async () => {
  const database = fakeDatabase();
  const queue = new RoomQueue({
    ...database,
    write: async (write) => {
      const committed = await database.write(write);
      queue.invalidate(); // another node wrote after us, and its news came before our own
      return committed;
    },
  });
  await queue.submit(append('a', database.state.log));
  assert.equal(queue.committedHead, undefined);
});

test('a queue says when it is idle, also after a refusal', async () => {
  const database = fakeDatabase();
  let idle = 0;
  const queue = new RoomQueue({ ...database, idle: () => (idle += 1) });
  await queue.submit(append('a', database.state.log));
  await queue.drain();
  await assert.rejects(queue.submit(async () => Promise.reject(new MatrixError('M_FORBIDDEN'))));
  await queue.drain();
  assert.equal(idle, 2);
  assert.ok(queue.idle);
});
