import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { knownRoomVersions } from '../room-versions/table.ts';
import type { State } from '../testing/memory-room.ts';
import { sorted } from '../testing/memory-room.ts';
import type { Step } from '../testing/random-room.ts';
import { playHistory } from '../testing/random-room.ts';
import { differenceOfChains, pathsBetween, resolveByTheLetter } from '../testing/reference-resolution.ts';
import { Known } from './known.ts';
import { runResolution } from './request.ts';
import { fullConflictedSet } from './resolve-v2.ts';
import { resolve, splitStates } from './resolve.ts';

const seed = 20260714;
const ascending = (a: number, b: number): number => a - b;
const step: fc.Arbitrary<Step> = fc.record({
  branch: fc.nat(3),
  action: fc.nat(7),
  who: fc.nat(3),
  whom: fc.nat(3),
  value: fc.nat(20),
  ts: fc.nat(6),
});
const history = fc.record({ steps: fc.array(step, { maxLength: 40 }), branches: fc.integer({ min: 2, max: 4 }) });

const versions = knownRoomVersions().filter(({ version }) => ['1', '2', '6', '8', '11', '12'].includes(version));
for (const rules of versions) {
  const played = history.map(({ steps, branches }) => playHistory(rules, steps, branches));

  if (rules.stateResolution !== 'v1') {
    test(`the full conflicted set is what the definitions say in version ${rules.version}`, () => {
      fc.assert(
        fc.property(played, ({ room, branches }) => {
          const { sets } = splitStates(branches);
          const conflicted = new Set(sets.flatMap((set) => [...set.values()]));
          const paths = rules.stateResolution === 'v2.1' ? pathsBetween(room, conflicted) : [];
          const expected = new Set([...conflicted, ...differenceOfChains(room, branches), ...paths]);
          for (const mode of ['ask', 'all'] as const) {
            const { input, unconflicted } = room.input(branches, mode);
            const full = runResolution(fullConflictedSet(new Known(), input), room.source(unconflicted));
            assert.deepEqual([...full].sort(ascending), [...expected].sort(ascending));
          }
        }),
        { seed, numRuns: 1000 },
      );
    });

    test(`resolution is what the definitions say in version ${rules.version}`, () => {
      fc.assert(
        fc.property(played, ({ room, branches }) => {
          const expected = sorted(resolveByTheLetter(room, branches));
          assert.deepEqual(sorted(room.resolve(branches, 'ask').state), expected);
          assert.deepEqual(sorted(room.resolve(branches, 'all').state), expected);
        }),
        { seed, numRuns: 1000 },
      );
    });
  }

  test(`resolution does not depend on the order or the grouping of the states in version ${rules.version}`, () => {
    fc.assert(
      fc.property(played, fc.nat(), ({ room, branches }, turn) => {
        const expected = sorted(room.resolve(branches).state);
        const inGroups = splitInGroups(branches, turn);
        assert.deepEqual(sorted(room.resolve(inGroups).state), expected);
        const turned = branches.map((_, i) => branches[(i + turn) % branches.length]).filter((s) => s !== undefined);
        assert.deepEqual(sorted(room.resolve(turned).state), expected);
        assert.deepEqual(sorted(room.resolve(branches.toReversed()).state), expected);
        assert.deepEqual(sorted(room.resolve([...branches, ...turned]).state), expected);
      }),
      { seed, numRuns: 1000 },
    );
  });

  test(`resolution does not depend on how states and answers are ordered inside in version ${rules.version}`, () => {
    fc.assert(
      fc.property(played, ({ room, branches }) => {
        const expected = sorted(room.resolve(branches).state);
        const { input, unconflicted } = room.input(branches, 'ask');
        const source = room.source(unconflicted, 1000);
        const reversed = { ...input, sets: input.sets.map((set) => new Map([...set].reverse())) };
        const steps = resolve(reversed);
        const { state } = runResolution(steps, {
          ...source,
          edges: (numbers) => source.edges(numbers.toReversed()),
          events: (numbers) => source.events(numbers.toReversed()),
        });
        assert.deepEqual(sorted(new Map([...unconflicted, ...state])), expected);
      }),
      { seed, numRuns: 1000 },
    );
  });
}

/** The same states in two groups that share some: what one server and what another claims. */
function splitInGroups(states: readonly State[], at: number): readonly State[] {
  const cut = at % states.length;
  return [...states.slice(cut), ...states.slice(0, cut + 1)];
}
