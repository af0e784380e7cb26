import assert from 'node:assert/strict';

import { command, scan } from './query.ts';
import { onEachEngine } from './testing/index.ts';
import type { Statement, Write } from './write.ts';

const add = command('test-search-add', 'INSERT INTO search ({search-key}, words) VALUES ($1, {search-words $2})');
const remove = command('test-search-remove', 'DELETE FROM search WHERE {search-key} = $1');
const found = scan<{ event: number }>(
  'test-search-found',
  'SELECT {search-key} AS event FROM search WHERE {search-matches $1} ORDER BY {search-key}',
);

const writing = (...statements: Statement[]): Write => ({ claims: [], statements, stream: [] });
const heard = { kind: 1, room: 1, usr: null, subject: 1, detail: null };

onEachEngine('words are found by conditions, and what was taken away is not', async ({ database }) => {
  const find = async (condition: string): Promise<number[]> => (await database.reader.all(found, [condition])).map(({ event }) => event);
  await database.write(writing({ run: add, params: [1, 'r1 baone batwo'] }, { run: add, params: [2, 'r2 baone bathree'] }));
  assert.deepEqual(await find('baone'), [1, 2]);
  assert.deepEqual(await find('(r1 OR r3) AND baone'), [1]);
  assert.deepEqual(await find('baone AND (batwo OR bathree)'), [1, 2]);
  await database.write(writing({ run: remove, params: [1] }));
  assert.deepEqual(await find('baone'), [2]);
});

onEachEngine('after words are taken away writes go on as before, with all that they answer', async ({ database }) => {
  for (let event = 1; event <= 30; event += 1) await database.write(writing({ run: add, params: [event, `r1 baword${event}`] }));
  for (let event = 1; event <= 30; event += 1) {
    await database.write(writing({ run: remove, params: [event] }));
    const before = await database.head();
    assert.deepEqual((await database.write({ ...writing(), stream: [heard] })).entries, [{ ...heard, position: before + 1 }]);
  }
});
