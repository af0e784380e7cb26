import assert from 'node:assert/strict';

import type { Database } from './database.ts';
import { command } from './query.ts';
import {
  allUsers,
  deleteProfiles,
  ignoreProfile,
  insertUser,
  profileOf,
  replaceProfile,
  room,
  roomRevision,
  streamRow,
  updateProfile,
  user,
  userByNumber,
  wholeStream,
  write,
} from './testing/example-rows.ts';
import { onEachEngine } from './testing/index.ts';
import { type StreamEntry, type Write, WriteRefused } from './write.ts';

function claim(revision: number, number: number, next = revision + 1): Write {
  return write({ claims: [{ room: 1, revision, next }], statements: [user(number)], stream: [streamRow(number)] });
}

/** What became of writes that were asked for in one tick: 'done' or why not. */
async function outcomes(database: Database, writes: readonly Write[]): Promise<string[]> {
  const settled = await Promise.allSettled(writes.map((one) => database.write(one)));
  return settled.map((one) => {
    if (one.status === 'fulfilled') return 'done';
    return one.reason instanceof WriteRefused ? one.reason.why : `${one.reason}`;
  });
}

async function userNumbers(database: Database): Promise<number[]> {
  return (await database.reader.all(allUsers, [])).map(({ number }) => number);
}

onEachEngine('a write leaves the revision that it names', async ({ database }) => {
  await database.write(write({ statements: [room(1)] }));
  await database.write(claim(1, 10));
  assert.deepEqual(await database.reader.first(roomRevision, [1]), { revision: 2 });
});

onEachEngine('of two writes on the same revision one wins and nothing of the other is stored', async ({ database }) => {
  await database.write(write({ statements: [room(1)] }));
  assert.deepEqual(await outcomes(database, [claim(1, 10), claim(1, 11)]), ['done', 'stale']);
  assert.deepEqual(await userNumbers(database), [10]);
  assert.equal(database.counters.stale, 1);
  assert.equal(await database.head(), 1);
});

onEachEngine('a chain of claims on one room commits in one group', async ({ database }) => {
  await database.write(write({ statements: [room(1)] }));
  const before = database.counters.commits;
  assert.deepEqual(await outcomes(database, [claim(1, 10), claim(2, 11), claim(3, 12)]), ['done', 'done', 'done']);
  assert.equal(database.counters.commits - before, 1);
  assert.deepEqual(await database.reader.first(roomRevision, [1]), { revision: 4 });
});

onEachEngine('a write in the middle of a chain that fails takes those built on it along, and only those', async ({ database }) => {
  await database.write(write({ statements: [room(1), room(2), user(99)] }));
  const broken = write({ claims: [{ room: 1, revision: 2, next: 3 }], statements: [user(99)], stream: [streamRow(99)] });
  const other = write({ claims: [{ room: 2, revision: 1, next: 2 }], statements: [user(20)] });
  assert.deepEqual(await outcomes(database, [claim(1, 10), broken, claim(3, 12), other]), ['done', 'duplicate', 'stale', 'done']);
  assert.deepEqual(await userNumbers(database), [10, 20, 99]);
  assert.deepEqual(await database.reader.first(roomRevision, [1]), { revision: 2 });
});

onEachEngine(
  'what was built on a write that somebody overtook is stale with it, however many writes the room has had',
  async ({ database }) => {
    await database.write(write({ statements: [room(1, 100)] }));
    await database.write(claim(100, 1, 201));
    // Built on 100 by somebody who did not hear of that write; the second stands on the first.
    assert.deepEqual(await outcomes(database, [claim(100, 10, 301), claim(301, 11, 302)]), ['stale', 'stale']);
    assert.deepEqual(await userNumbers(database), [1]);
    assert.deepEqual(await database.reader.first(roomRevision, [1]), { revision: 201 });
  },
);

onEachEngine('a room can be claimed by the write that follows its creation in the same group', async ({ database }) => {
  assert.deepEqual(await outcomes(database, [write({ statements: [room(1, 7)] }), claim(7, 10)]), ['done', 'done']);
});

onEachEngine('a claim on a room that does not exist is stale', async ({ database }) => {
  assert.deepEqual(await outcomes(database, [claim(1, 10)]), ['stale']);
});

onEachEngine('a write that claims one room twice on the same revision is stale and changes nothing', async ({ database }) => {
  await database.write(write({ statements: [room(1)] }));
  const twice = write({
    claims: [
      { room: 1, revision: 1, next: 2 },
      { room: 1, revision: 1, next: 3 },
    ],
    statements: [user(1)],
  });
  assert.deepEqual(await outcomes(database, [twice]), ['stale']);
  assert.deepEqual(await database.reader.first(roomRevision, [1]), { revision: 1 });
});

onEachEngine('in a group of 50 only the guilty writes fail', async ({ database }) => {
  await database.write(write({ statements: [user(7), user(33)] }));
  const writes = Array.from({ length: 50 }, (_, index) => write({ statements: [user(index)], stream: [streamRow(index)] }));
  const result = await outcomes(database, writes);
  assert.deepEqual(
    result.map((why, index) => [index, why]).filter(([, why]) => why !== 'done'),
    [
      [7, 'duplicate'],
      [33, 'duplicate'],
    ],
  );
  assert.equal((await userNumbers(database)).length, 50);
  const stream = await database.reader.all(wholeStream, []);
  assert.deepEqual(
    stream.map(({ position }) => position),
    Array.from({ length: 48 }, (_, index) => index + 1),
    'no position is lost or doubled',
  );
  assert.deepEqual(
    stream.map(({ subject }) => subject),
    writes.map((_, index) => index).filter((index) => index !== 7 && index !== 33),
    'in the order of the writes',
  );
  assert.ok(database.counters.splits > 0);
});

onEachEngine('a later duplicate of a row of the same group fails alone', async ({ database }) => {
  const result = await outcomes(database, [
    write({ statements: [user(1)] }),
    write({ statements: [user(1, '@other:example.org')] }),
    write({ statements: [user(2)] }),
  ]);
  assert.deepEqual(result, ['done', 'duplicate', 'done']);
  assert.deepEqual(await database.reader.first(userByNumber, [1]), { user_id: '@user1:example.org' });
});

onEachEngine('a guard that does not hold refuses its write only', async ({ database }) => {
  const guarded = (number: number): Write =>
    write({
      statements: [{ run: updateProfile, params: [number, 'displayname', 'new'], mustChange: 1 }, user(number)],
      stream: [streamRow(number)],
    });
  await database.write(write({ statements: [{ insert: replaceProfile, row: [1, 'displayname', 'old'] }] }));
  assert.deepEqual(await outcomes(database, [write({ statements: [user(5)] }), guarded(2), guarded(1)]), ['done', 'guard', 'done']);
  assert.deepEqual(await userNumbers(database), [1, 5]);
  assert.deepEqual(await database.reader.all(profileOf, [1]), [{ field: 'displayname', value: 'new' }]);
});

onEachEngine('a write is refused for what fails first when its predecessors are counted in', async ({ database }) => {
  await database.write(write({ statements: [user(1)] }));
  // The first write would make the guard of the second fail, but does not happen itself.
  const first = write({ statements: [{ insert: replaceProfile, row: [9, 'b', ''] }, user(1)] });
  const second = write({ statements: [{ run: deleteProfiles, params: [9], mustChange: 0 }, user(2)] });
  assert.deepEqual(await outcomes(database, [first, second]), ['duplicate', 'done']);
});

onEachEngine('replace takes the newest row, also within one group, and ignore keeps the first', async ({ database }) => {
  const set = (value: string): Write => write({ statements: [{ insert: replaceProfile, row: [1, 'displayname', value] }] });
  await Promise.all([database.write(set('a')), database.write(set('b')), database.write(set('c'))]);
  const keep = (value: string): Write => write({ statements: [{ insert: ignoreProfile, row: [1, 'm.tz', value] }] });
  await Promise.all([database.write(keep('first')), database.write(keep('second'))]);
  await database.write(keep('third'));
  assert.deepEqual(await database.reader.all(profileOf, [1]), [
    { field: 'displayname', value: 'c' },
    { field: 'm.tz', value: 'first' },
  ]);
});

onEachEngine('statements of a group have the effect of write after write', async ({ database }) => {
  const row = (value: string): Write => write({ statements: [{ insert: replaceProfile, row: [1, 'f', value] }] });
  const remove = write({ statements: [{ run: deleteProfiles, params: [1] }] });
  const update = write({ statements: [{ run: updateProfile, params: [1, 'f', 'updated'] }] });
  await Promise.all([row('one'), update, remove, row('two')].map((one) => database.write(one)));
  assert.deepEqual(await database.reader.all(profileOf, [1]), [{ field: 'f', value: 'two' }]);
  await Promise.all([remove, row('three'), row('four'), update].map((one) => database.write(one)));
  assert.deepEqual(await database.reader.all(profileOf, [1]), [{ field: 'f', value: 'updated' }]);
  await Promise.all([row('five'), remove].map((one) => database.write(one)));
  assert.deepEqual(await database.reader.all(profileOf, [1]), []);
});

onEachEngine('MD-15 a text that PostgreSQL could not hold is refused on both engines', async ({ database }) => {
  const texts = ['a\0b', '\ud800', 'x\udc00'];
  assert.deepEqual(
    await outcomes(
      database,
      texts.map((text, index) => write({ statements: [user(index, text)] })),
    ),
    ['unstorable', 'unstorable', 'unstorable'],
  );
  assert.deepEqual(await outcomes(database, [write({ statements: [user(2 ** 53)] }), write({ statements: [user(0.5)] })]), [
    'unstorable',
    'unstorable',
  ]);
  assert.deepEqual(await outcomes(database, [write({ stream: [{ ...streamRow(1), detail: '\0' }] })]), ['unstorable']);
  assert.deepEqual(await userNumbers(database), []);
});

onEachEngine('a write whose values do not fit its columns is a mistake that hurts no other write', async ({ database }) => {
  const wrong = [[1, 2], ['1', 'text'], [1, new Uint8Array()], [1], [1, undefined as never]].map((row) =>
    write({ statements: [{ insert: insertUser, row }] }),
  );
  const oneName = { ...updateProfile, sql: 'DELETE FROM profiles' };
  await database.write(write({ statements: [{ run: updateProfile, params: [1, 'f', 'v'] }] }));
  const writes = [...wrong, write({ statements: [{ run: oneName, params: [] }] }), write({ statements: [user(7)] })];
  const results = await Promise.allSettled(writes.map((one) => database.write(one)));
  assert.deepEqual(
    results.map(({ status }) => status),
    [...wrong.map(() => 'rejected'), 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await userNumbers(database), [7]);
});

onEachEngine('a command that SQL refuses fails alone', async ({ database }) => {
  const nowhere = command('test-nowhere', 'DELETE FROM nowhere');
  const writes = [
    write({ statements: [user(1)] }),
    write({ statements: [{ run: nowhere, params: [] }] }),
    write({ statements: [user(2)] }),
  ];
  const results = await outcomes(database, writes);
  assert.deepEqual([results[0], results[2]], ['done', 'done']);
  assert.match(results[1] ?? '', /nowhere/);
});

onEachEngine(
  'committed stream rows come back with positions, and are told to listeners before the writer is answered',
  async ({ database }) => {
    const told: StreamEntry[][] = [];
    database.onCommitted((entries) => told.push([...entries]));
    const [one, two] = await Promise.all([
      database.write(write({ stream: [streamRow(1), streamRow(2)] })),
      database.write(write({ stream: [streamRow(3)] })).then((committed) => ({ committed, toldBefore: told.length })),
    ]);
    assert.deepEqual(
      one.entries.map(({ position, subject }) => [position, subject]),
      [
        [1, 1],
        [2, 2],
      ],
    );
    assert.deepEqual(two.committed.entries, [{ ...streamRow(3), position: 3 }]);
    assert.equal(two.toldBefore, 1);
    assert.deepEqual(
      told.flat().map(({ position }) => position),
      [1, 2, 3],
    );
    assert.deepEqual((await database.write(write({ statements: [user(1)] }))).entries, []);
  },
);

onEachEngine('a listener that throws hurts nobody', async ({ database }) => {
  database.onCommitted(() => {
    throw new Error('a fault of the listener');
  });
  assert.equal((await database.write(write({ stream: [streamRow(1)] }))).entries.length, 1);
});

onEachEngine('a thousand writes at once travel in groups of at most 200', async ({ database }) => {
  const before = { ...database.counters };
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => database.write(write({ statements: [user(index)] }))));
  assert.equal(database.counters.groups - before.groups, 5);
  assert.equal(database.counters.commits - before.commits, 5, 'one forced write for each group');
  assert.equal(database.counters.writes - before.writes, 1_000);
});

onEachEngine('a closed database has stored what was queued and refuses more', async ({ database, open }) => {
  const queued = Promise.all([1, 2, 3].map((number) => database.write(write({ statements: [user(number)] }))));
  await database.close();
  await queued;
  await assert.rejects(database.write(write({ statements: [user(4)] })), { name: 'StorageUnavailable' });
  assert.deepEqual(await userNumbers(await open()), [1, 2, 3]);
});
