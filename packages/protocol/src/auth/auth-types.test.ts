import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../json/value.ts';
import { knownRoomVersions } from '../room-versions/table.ts';
import { alice, bob, carol, create, event } from '../testing/auth-state.ts';
import { authTypesFor, stateTypesFor } from './auth-types.ts';

const levels = 'm.room.power_levels|';
const joinRules = 'm.room.join_rules|';
const member = (userId: string): string => `m.room.member|${userId}`;
const invited = { third_party_invite: { signed: { token: 't' } } };
const via = { join_authorised_via_users_server: alice };

/** Content of carol's membership, sent by bob, and what it needs beside the levels and bob's and carol's memberships. */
const memberships: readonly (readonly [content: JsonObject, needed: readonly string[], neededWhenRestricted?: readonly string[]])[] = [
  [{ membership: 'join' }, [joinRules]],
  [{ membership: 'knock' }, [joinRules]],
  [{ membership: 'invite' }, [joinRules]],
  [{ membership: 'leave' }, []],
  [{ membership: 'ban' }, []],
  [{ membership: 'invite', ...invited }, [joinRules, 'm.room.third_party_invite|t']],
  [{ membership: 'join', ...invited }, [joinRules]],
  [{ membership: 'leave', ...invited }, []],
  [{ membership: 'invite', third_party_invite: { signed: { token: 7 } } }, [joinRules]],
  [{ membership: 'invite', third_party_invite: { signed: 't' } }, [joinRules]],
  [{ membership: 'join', ...via }, [joinRules], [joinRules, member(alice)]],
  [{ membership: 'invite', ...via }, [joinRules]],
  [{ membership: 'join', join_authorised_via_users_server: 7 }, [joinRules]],
];

for (const rules of knownRoomVersions()) {
  const start = rules.roomIdIsCreateHash ? [] : ['m.room.create|'];
  const pairs = (found: readonly (readonly [string, string])[]): readonly string[] => found.map((pair) => pair.join('|')).sort();

  test(`a create event needs nothing, and is judged by what create event there is, in version ${rules.version}`, () => {
    assert.deepEqual(authTypesFor(create(rules), rules), []);
    assert.deepEqual(stateTypesFor(create(rules), rules), [['m.room.create', '']]);
  });

  test(`an event that is no membership needs the levels and its sender, whatever its content looks like, in version ${rules.version}`, () => {
    const note = event('org.example.note', bob, carol, { membership: 'invite', ...invited, ...via });
    assert.deepEqual(pairs(authTypesFor(note, rules)), [...start, levels, member(bob)].sort());
    assert.deepEqual(pairs(stateTypesFor(note, rules)), ['m.room.create|', levels, member(bob)].sort());
  });

  test(`a membership needs what its kind of change needs in version ${rules.version}`, () => {
    for (const [content, needed, neededWhenRestricted = needed] of memberships) {
      const expected = [...start, levels, member(bob), member(carol), ...(rules.restrictedJoin ? neededWhenRestricted : needed)].sort();
      assert.deepEqual(pairs(authTypesFor(event('m.room.member', bob, carol, content), rules)), expected, JSON.stringify(content));
    }
  });

  test(`a membership without a state key names nobody but its sender in version ${rules.version}`, () => {
    const nobodys = event('m.room.member', bob, undefined, { membership: 'leave' });
    assert.deepEqual(pairs(authTypesFor(nobodys, rules)), [...start, levels, member(bob)].sort());
  });
}
