import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { EntryLists } from './entry-lists.ts';
import type { StreamEntry } from '@hearth/storage';

const entry = (position: number, kind = 1): StreamEntry => ({ position, kind, room: 1, usr: null, subject: position, detail: null });

test('what lies between two positions is found as by looking at every entry', () => {
  const positions = fc.uniqueArray(fc.nat(50)).map((list) => list.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(positions, fc.nat(4), fc.nat(55), fc.nat(55), (all, dropped, since, upTo) => {
      const lists = new EntryLists();
      for (const position of all) lists.add(7, entry(position, position % 2));
      for (let count = 0; count < dropped; count += 1) lists.dropOldest(7);
      const left = all.slice(dropped);
      assert.deepEqual(
        lists.between(7, since, upTo).map(({ position }) => position),
        left.filter((position) => position > since && position <= upTo),
      );
      assert.equal(lists.newest(7), left.at(-1) ?? 0);
      assert.equal(
        lists.lastAt(7, upTo, ({ kind }) => kind === 1)?.position,
        left.findLast((position) => position <= upTo && position % 2 === 1),
      );
    }),
    { seed: 1 },
  );
});
