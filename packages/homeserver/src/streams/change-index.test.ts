import assert from 'node:assert/strict';

import fc from 'fast-check';

import { ChangeIndex } from './change-index.ts';
import { membershipRow } from './membership-entry.ts';
import { type Database, type StreamEntry, streamKinds, type StreamRow } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

const kinds = [streamKinds.event, streamKinds.receipt, streamKinds.accountData] as const;
const rowOf = (place: number, kind: number, subject: number): StreamRow =>
  kind === streamKinds.accountData
    ? { kind, room: null, usr: place, subject, detail: 'x' }
    : { kind, room: place, usr: null, subject, detail: null };

async function write(database: Database, rows: readonly StreamRow[]): Promise<readonly StreamEntry[]> {
  return (await database.write({ claims: [], statements: [], stream: rows })).entries;
}

const byNumber = (a: number, b: number): number => a - b;
const rows = fc.array(fc.tuple(fc.nat(2), fc.constantFrom(...kinds), fc.nat(5)), { minLength: 1, maxLength: 30 });

onEachEngine('from memory and from the database come the same answers, however small the window', async ({ database }) => {
  await fc.assert(
    fc.asyncProperty(rows, rows, fc.integer({ min: 1, max: 40 }), fc.nat(60), fc.nat(60), async (before, after, windowMax, back, width) => {
      const index = new ChangeIndex(database, windowMax);
      const old = await write(
        database,
        before.map(([place, kind, subject]) => rowOf(place, kind, subject)),
      );
      const head = old.at(-1)?.position ?? 0;
      // What is consumed while the older entries are still being read must not be lost, nor come before them.
      const loading = index.preload(head);
      index.consume(
        await write(
          database,
          after.map(([place, kind, subject]) => rowOf(place, kind, subject)),
        ),
      );
      await loading;
      const all = new ChangeIndex(database, 1);
      const now = await database.head();
      const since = Math.max(0, now - back);
      const upTo = Math.min(now, since + width);
      assert.deepEqual(await index.changedRooms([0, 1, 2], since), await all.changedRooms([0, 1, 2], since));
      for (const place of [0, 1, 2]) {
        for (const kind of [streamKinds.event, streamKinds.receipt]) {
          const ask = async (one: ChangeIndex): Promise<unknown> => [
            await one.roomEntries(place, kind, since, upTo, 5),
            await one.newestRoomEntries(place, kind, since, upTo, 5),
            [...(await one.roomSubjects(place, kind, since, upTo))].toSorted(byNumber),
            await one.lastRoomEntry(place, kind, upTo),
          ];
          assert.deepEqual(await ask(index), await ask(all));
        }
        const own = async (one: ChangeIndex): Promise<unknown> =>
          [...new Set((await one.userEntries(place, streamKinds.accountData, since, upTo)).map(({ subject }) => subject))].toSorted(
            byNumber,
          );
        assert.deepEqual(await own(index), await own(all));
        const changed = (await all.userEntries(place, streamKinds.accountData, since, now)).length > 0;
        assert.ok(index.userMayHaveChanged(place, since) || !changed);
      }
    }),
    { seed: 2, numRuns: 60 },
  );
});

onEachEngine('the first and the last change of membership in each room are found in memory and in the database', async ({ database }) => {
  const index = new ChangeIndex(database);
  await index.preload(0);
  const changes = [
    membershipRow(5, 1, 'invite', 10),
    membershipRow(5, 1, 'join', 11),
    membershipRow(6, 1, 'join', 12),
    membershipRow(5, 2, 'join', 13),
    membershipRow(5, 1, 'leave', 14),
  ];
  index.consume(await write(database, changes));
  const now = await database.head();
  for (const one of [index, new ChangeIndex(database)]) {
    const ends = await one.membershipEnds(5, 0, now);
    assert.deepEqual(
      [...ends].map(([room, { first, last }]) => [room, first.membership, last.membership, last.event]),
      [
        [1, 'invite', 'leave', 14],
        [2, 'join', 'join', 13],
      ],
    );
  }
});

onEachEngine('what concerns the whole server is known to have changed, before the first reading everything is', async ({ database }) => {
  const index = new ChangeIndex(database);
  assert.ok(index.serverMayHaveChanged(0) && index.userMayHaveChanged(1, 0));
  await index.preload(0);
  assert.ok(!index.serverMayHaveChanged(0) && !index.userMayHaveChanged(1, 0));
  // Who types is news for other nodes, and for nobody's window.
  index.consume(await write(database, [{ kind: streamKinds.typing, room: null, usr: null, subject: 1, detail: 'x 1 30000 @a:b' }]));
  assert.ok(!index.serverMayHaveChanged(0));
  index.consume(await write(database, [{ kind: streamKinds.profile, room: null, usr: null, subject: 1, detail: null }]));
  assert.ok(index.serverMayHaveChanged(0));
  assert.ok(!index.serverMayHaveChanged(await database.head()));
});
