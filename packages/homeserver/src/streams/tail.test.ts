import assert from 'node:assert/strict';
import { test } from 'node:test';

import { StreamTail } from './tail.ts';
import { inProcessBus } from '@hearth/bus';
import { type Database, type StreamEntry, StorageUnavailable } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

const row = (subject: number): { kind: number; room: number; usr: null; subject: number; detail: null } => ({
  kind: 1,
  room: 1,
  usr: null,
  subject,
  detail: null,
});
const commit = (database: Database, ...subjects: number[]): Promise<unknown> =>
  database.write({ claims: [], statements: [], stream: subjects.map(row) });

/** A tail that notes what its consumer saw. */
async function tailOf(
  database: Database,
): Promise<{ readonly tail: StreamTail; readonly seen: [position: number, origin: string][]; readonly errors: unknown[] }> {
  const seen: [number, string][] = [];
  const errors: unknown[] = [];
  const tail = new StreamTail(database, (error) => errors.push(error));
  tail.consume((entries, origin) => seen.push(...entries.map(({ position }): [number, string] => [position, origin])));
  await tail.start(inProcessBus());
  return { tail, seen, errors };
}

onEachEngine('what this node commits is seen at once, in order', async ({ database }) => {
  await commit(database, 1, 2);
  const { tail, seen } = await tailOf(database);
  assert.equal(tail.position, 2);
  await commit(database, 3, 4);
  await commit(database, 5);
  assert.deepEqual(seen, [
    [3, 'local'],
    [4, 'local'],
    [5, 'local'],
  ]);
  assert.equal(tail.position, 5);
});

/** A stream that is read from a list, and fails on demand. */
function listedStream(): {
  readonly database: Database;
  readonly append: (count: number) => void;
  readonly control: { fails: boolean; reads: number };
} {
  const entries: StreamEntry[] = [];
  const control = { fails: false, reads: 0 };
  const all = async (_query: unknown, [position]: readonly number[]): Promise<StreamEntry[]> => {
    control.reads += 1;
    if (control.fails) throw new Error('no connection');
    return entries.filter((entry) => entry.position > (position ?? 0));
  };
  const database = { reader: { all }, head: async () => entries.length, onCommitted: () => undefined } as unknown as Database;
  const append = (count: number): void => {
    for (let index = 0; index < count; index += 1) entries.push({ position: entries.length + 1, ...row(1) });
  };
  return { database, append, control };
}

test('entries from elsewhere are read on a hint and at the beat', async () => {
  const { database, append } = listedStream();
  const { tail, seen } = await tailOf(database);
  append(2);
  await tail.reached(2);
  assert.deepEqual(seen, [
    [1, 'elsewhere'],
    [2, 'elsewhere'],
  ]);
  append(1);
  await tail.beat();
  await tail.reached(3);
  append(1);
  await tail.caughtUp();
  assert.deepEqual(
    seen.map(([position]) => position),
    [1, 2, 3, 4],
  );
});

test('a stream that cannot be read fails those who wait for it, is not tried over and over, and goes on later', async () => {
  const { database, append, control } = listedStream();
  const { tail, seen, errors } = await tailOf(database);
  append(2);
  control.fails = true;
  await assert.rejects(tail.reached(2), StorageUnavailable);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([control.reads, errors.length, tail.position], [1, 1, 0]);
  control.fails = false;
  await tail.beat();
  await tail.reached(2);
  assert.deepEqual(
    seen.map(([position]) => position),
    [1, 2],
  );
});

test('a hint beyond the end of the stream is an error and no endless search', async () => {
  const { database, control } = listedStream();
  const { tail, errors } = await tailOf(database);
  await assert.rejects(tail.reached(5), StorageUnavailable);
  assert.deepEqual([control.reads, errors.length], [1, 1]);
});

test('a consumer that throws keeps nothing from the others', async () => {
  const { database, append } = listedStream();
  const errors: unknown[] = [];
  const tail = new StreamTail(database, (error) => errors.push(error));
  let seen = 0;
  tail.consume(() => {
    throw new Error('mistake');
  });
  tail.consume((entries) => (seen += entries.length));
  await tail.start(inProcessBus());
  append(1);
  await tail.caughtUp();
  assert.deepEqual([seen, tail.position, errors.length], [1, 1, 1]);
});
