import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { EventVisibility, HistoryVisibility, Membership, ReaderFacts, ServerFacts } from './visibility.ts';
import { historyVisibilityOf, membershipOf, visibilityForReader, visibilityForServer } from './visibility.ts';

type Tables = {
  readonly reader: { readonly [S in HistoryVisibility]: { readonly [M in Membership]: 'always' | 'later' | 'never' } };
  readonly server: { readonly [S in HistoryVisibility]: { readonly [M in 'join' | 'invite' | 'none']: EventVisibility } };
  readonly stories: readonly { readonly story: string; readonly facts: Partial<ReaderFacts>; readonly expect: EventVisibility }[];
};
const tables = JSON.parse(readFileSync(new URL('../vectors/visibility/tables.json', import.meta.url), 'utf8')) as Tables;

const settings = ['world_readable', 'shared', 'invited', 'joined', undefined] as const;
const memberships = ['join', 'invite', 'knock', 'leave', 'ban', undefined] as const;
const known = <T>(values: readonly (T | undefined)[]): readonly T[] => values.filter((value) => value !== undefined);

test('AC-01: every combination of facts about a reader gives what the table says', () => {
  let combinations = 0;
  for (const historyVisibility of settings)
    for (const historyVisibilityAfter of settings)
      for (const membership of memberships)
        for (const membershipAfter of memberships)
          for (const joinedLater of [true, false, undefined])
            for (const senderErased of [true, false]) {
              const facts = { historyVisibility, historyVisibilityAfter, membership, membershipAfter, joinedLater, senderErased };
              const isKnown = historyVisibility !== undefined && membership !== undefined;
              const cells = known([historyVisibility, historyVisibilityAfter]).flatMap((setting) =>
                known([membership, membershipAfter]).map((member) => tables.reader[setting][member]),
              );
              const isSeen = isKnown && (cells.includes('always') || (cells.includes('later') && joinedLater === true));
              const wasThere = membership === 'join' || membershipAfter === 'join';
              const expected = !isSeen ? 'hidden' : senderErased && !wasThere ? 'redacted-form' : 'visible';
              assert.equal(visibilityForReader(facts), expected, JSON.stringify(facts));
              combinations += 1;
            }
  assert.equal(combinations, 5 * 5 * 6 * 6 * 3 * 2);
});

test('the stories of the vectors end as they say', () => {
  for (const { story, facts, expect } of tables.stories) {
    const all = { historyVisibility: undefined, membership: undefined, joinedLater: undefined, senderErased: false, ...facts };
    assert.equal(visibilityForReader(all), expect, story);
  }
});

test('every combination of facts about a server gives what the table says', () => {
  const ranks = ['join', 'invite', 'none', undefined] as const;
  for (const historyVisibility of settings)
    for (const historyVisibilityAfter of settings)
      for (const membership of ranks)
        for (const isParticipating of [true, false, undefined])
          for (const senderErased of [true, false]) {
            const facts: ServerFacts = { historyVisibility, historyVisibilityAfter, membership, isParticipating, senderErased };
            const found = visibilityForServer(facts);
            if (isParticipating !== true || historyVisibility === undefined || membership === undefined) {
              assert.equal(found, 'hidden', JSON.stringify(facts));
              continue;
            }
            const cells = known([historyVisibility, historyVisibilityAfter]).map((setting) => tables.server[setting][membership]);
            const isReadable = cells.includes('visible') && (membership === 'join' || !senderErased);
            assert.equal(found, isReadable ? 'visible' : 'redacted-form', JSON.stringify(facts));
          }
});

test('a setting that is absent or not understood means shared', () => {
  for (const value of ['world_readable', 'shared', 'invited', 'joined'] as const)
    assert.equal(historyVisibilityOf({ history_visibility: value }), value);
  for (const content of [undefined, {}, { history_visibility: 'public' }, { history_visibility: 1 }, { history_visibility: null }])
    assert.equal(historyVisibilityOf(content), 'shared');
});

test('a membership that is absent or not understood means not in the room', () => {
  for (const membership of ['join', 'invite', 'knock', 'leave', 'ban'] as const) assert.equal(membershipOf({ membership }), membership);
  for (const content of [undefined, {}, { membership: 'JOIN' }, { membership: ['join'] }]) assert.equal(membershipOf(content), 'leave');
});
