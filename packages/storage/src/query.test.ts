import assert from 'node:assert/strict';

import fc from 'fast-check';

import { point, scan } from './query.ts';
import { insertStateKey, room, user, userById, write } from './testing/example-rows.ts';
import { onEachEngine } from './testing/index.ts';

const someUsers = point<{ number: number; user_id: string }>(
  'test-some-users',
  'SELECT number, user_id FROM user_ids WHERE number {in $1} ORDER BY number',
);
const usersById = scan<{ number: number }>('test-users-by-id', 'SELECT number FROM user_ids WHERE user_id {in-text $1} ORDER BY number');

onEachEngine('an array parameter means: one of these', async ({ database }) => {
  await database.write(write({ statements: [user(1), user(2), user(3, '"quoted" {brace} \\ ☃ 𝄞')] }));
  assert.deepEqual(await database.reader.all(someUsers, [[3, 1, 7]]), [
    { number: 1, user_id: '@user1:example.org' },
    { number: 3, user_id: '"quoted" {brace} \\ ☃ 𝄞' },
  ]);
  assert.deepEqual(await database.reader.all(someUsers, [[]]), []);
  assert.deepEqual(await database.reader.all(usersById, [['@user2:example.org', '"quoted" {brace} \\ ☃ 𝄞', '@nobody:example.org']]), [
    { number: 2 },
    { number: 3 },
  ]);
  assert.deepEqual(await database.reader.all(usersById, [[]]), []);
});

onEachEngine('a read with a value that no row can hold finds nothing', async ({ database }) => {
  await database.write(write({ statements: [user(1)] }));
  assert.equal(await database.reader.first(userById, ['@user1:example.org\0']), undefined);
  assert.equal(await database.reader.first(userById, ['\ud800']), undefined);
  assert.deepEqual(await database.reader.all(usersById, [['\0', '@user1:example.org', '\udfff']]), [{ number: 1 }]);
  assert.deepEqual(await database.reader.all(someUsers, [[1, 2 ** 60, 0.5]]), [{ number: 1, user_id: '@user1:example.org' }]);
  const bySmallNumber = point<{ position: number }>('test-by-kind', 'SELECT position FROM stream WHERE kind = $1');
  assert.deepEqual(await database.reader.all(bySmallNumber, [1_000_000]), [], 'also a number that the column is too small for');
});

onEachEngine(
  'integers come back as numbers, bytes as plain Uint8Array, absent values as null, rows as plain objects',
  async ({ database }) => {
    const bytes = new Uint8Array([0, 1, 255]);
    await database.write(
      write({
        statements: [{ insert: insertStateKey, row: [Number.MAX_SAFE_INTEGER, bytes, new Uint8Array()] }],
        stream: [{ kind: 1, room: null, usr: 5, subject: -3, detail: '' }],
      }),
    );
    const keys = point<object>('test-keys', 'SELECT number, type, state_key FROM state_keys WHERE type = $1 AND state_key = $2');
    assert.deepEqual(await database.reader.all(keys, [bytes, Buffer.from('')]), [
      { number: Number.MAX_SAFE_INTEGER, type: bytes, state_key: new Uint8Array() },
    ]);
    const stream = scan<object>(
      'test-stream-rows',
      'SELECT room, usr, subject, detail, COUNT(*) OVER () AS counted, SUM(usr) OVER () AS total FROM stream',
    );
    assert.deepEqual(await database.reader.all(stream, []), [{ room: null, usr: 5, subject: -3, detail: '', counted: 1, total: 5 }]);
  },
);

onEachEngine('a number above 2^53 in the database is an error and not another number', async ({ database }) => {
  const large = point<{ big: number }>('test-large', 'SELECT 9007199254740993 AS big');
  const largeScan = scan<{ big: number }>('test-large-scan', 'SELECT 9007199254740993 AS big');
  await assert.rejects(database.reader.all(large, []));
  await assert.rejects(database.reader.all(largeScan, []));
  assert.equal(await database.head(), 0, 'and later reads are not hurt');
});

onEachEngine('texts are compared by code point', async ({ database }) => {
  await database.write(write({ statements: ['b', 'A', 'a', 'B', 'ä', '_'].map((text, index) => user(index + 1, text)) }));
  const sorted = scan<{ user_id: string }>('test-sorted', 'SELECT user_id FROM user_ids ORDER BY user_id');
  assert.deepEqual((await database.reader.all(sorted, [])).map((row) => row.user_id).join(''), 'AB_abä');
});

onEachEngine('what was written is seen by the next read, point or scan', async ({ database }) => {
  const all = scan<{ number: number }>('test-count', 'SELECT COUNT(*) AS number FROM user_ids');
  for (let number = 1; number <= 20; number++) {
    await database.write(write({ statements: [user(number)] }));
    assert.deepEqual(await database.reader.first(userById, [`@user${number}:example.org`]), { number });
    assert.deepEqual(await database.reader.first(all, []), { number });
  }
});

onEachEngine('reads are counted with their rows', async ({ database }) => {
  await database.write(write({ statements: [room(1), user(1), user(2)] }));
  const before = { ...database.counters };
  await database.reader.all(someUsers, [[1, 2]]);
  await database.reader.all(usersById, [['@user1:example.org']]);
  assert.equal(database.counters.statementsRead - before.statementsRead, 2);
  assert.equal(database.counters.rowsRead - before.rowsRead, 3);
});

onEachEngine('a query that SQL refuses is an error of its own and hurts no other', async ({ database }) => {
  await database.write(write({ statements: [user(1)] }));
  const wrong = scan<object>('test-wrong', 'SELECT nothing FROM nowhere');
  const results = await Promise.allSettled([
    database.reader.all(usersById, [['@user1:example.org']]),
    database.reader.all(wrong, []),
    database.reader.all(usersById, [['@user1:example.org']]),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

onEachEngine('any storable text comes back as it was written', async ({ database }) => {
  let number = 0;
  const texts = fc.uniqueArray(
    fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0')),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(texts, async (batch) => {
      const rows = batch.map((text) => [(number += 1), `${number} ${text}`] as const);
      await database.write(write({ statements: rows.map(([at, text]) => user(at, text)) }));
      const found = await database.reader.all(someUsers, [rows.map(([at]) => at)]);
      assert.deepEqual(
        found.map((row) => row.user_id),
        rows.map(([, text]) => text),
      );
    }),
    { numRuns: 20, seed: 1 },
  );
});
