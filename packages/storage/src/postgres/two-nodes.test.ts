import assert from 'node:assert/strict';

import type { Database } from '../database.ts';
import { replaceProfile, room, roomRevision, streamRow, user, wholeStream, write } from '../testing/example-rows.ts';
import { onEngine } from '../testing/index.ts';
import { type StreamEntry, WriteRefused } from '../write.ts';

const writesPerNode = 150;

onEngine('postgres', 'positions of two nodes have no gaps and follow the order of commits', async ({ database, open }) => {
  const nodes = [database, await open()];
  /** Every position below the clock must be readable whenever the clock is read. */
  let watching = true;
  const watched = (async () => {
    const reader = nodes[1] as Database;
    let checks = 0;
    while (watching) {
      const head = await reader.head();
      const stream = await reader.reader.all(wholeStream, []);
      assert.ok(stream.length >= head, `the clock says ${head} and only ${stream.length} rows are there`);
      assert.equal(stream.at(-1)?.position ?? 0, stream.length, 'no gap');
      checks += 1;
    }
    return checks;
  })();
  const told: StreamEntry[][] = [];
  for (const node of nodes) node.onCommitted((entries) => told.push([...entries]));
  await Promise.all(
    nodes.map(async (node, index) => {
      for (let batch = 0; batch < writesPerNode / 10; batch++) {
        const subjects = Array.from({ length: 10 }, (_, place) => (index + 1) * 10_000 + batch * 10 + place);
        await Promise.all(subjects.map((subject) => node.write(write({ statements: [user(subject)], stream: [streamRow(subject)] }))));
      }
    }),
  );
  watching = false;
  assert.ok((await watched) > 0);
  assert.equal(await database.head(), 2 * writesPerNode);
  for (const run of told) {
    const first = run[0]?.position ?? 0;
    assert.deepEqual(
      run.map(({ position }) => position),
      run.map((_, index) => first + index),
      'a listener is told runs without gaps',
    );
  }
  const stored = await database.reader.all(wholeStream, []);
  assert.deepEqual(
    told
      .flat()
      .map(({ position, subject }) => [position, subject])
      .sort(([a = 0], [b = 0]) => a - b),
    stored.map(({ position, subject }) => [position, subject]),
    'what was told is what is stored',
  );
});

onEngine('postgres', 'of two nodes that write to one room each revision has one winner', async ({ database, open }) => {
  const nodes = [database, await open()];
  await database.write(write({ statements: [room(1, 1), room(2, 1)] }));
  const wins = await Promise.all(
    nodes.map(async (node, index) => {
      let won = 0;
      for (let attempt = 0; attempt < 40; attempt++) {
        const number = 1 + (attempt % 2);
        const revision = (await node.reader.first(roomRevision, [number]))?.revision ?? 0;
        const subject = (index + 1) * 1_000 + attempt;
        won += await node.write(write({ claims: [{ room: number, revision, next: revision + 1 }], stream: [streamRow(subject)] })).then(
          () => 1,
          (error: unknown) => {
            assert.ok(error instanceof WriteRefused && error.why === 'stale', String(error));
            return 0;
          },
        );
      }
      return won;
    }),
  );
  const revisions = await Promise.all([1, 2].map(async (number) => (await database.reader.first(roomRevision, [number]))?.revision ?? 0));
  const total = wins.reduce((sum, won) => sum + won, 0);
  assert.equal(
    revisions.reduce((sum, revision) => sum + revision - 1, 0),
    total,
  );
  assert.equal(await database.head(), total);
});

onEngine('postgres', 'groups that lock the same rows in different orders all go through', async ({ database, open }) => {
  const nodes = [database, await open()];
  await Promise.all(
    nodes.map(async (node, index) => {
      for (let round = 0; round < 15; round++) {
        const users = Array.from({ length: 20 }, (_, place) => (index === 0 ? place : 19 - place));
        await Promise.all(
          users.map((usr) => node.write(write({ statements: [{ insert: replaceProfile, row: [usr, 'f', `${index} ${round}`] }] }))),
        );
      }
    }),
  );
});
