import assert from 'node:assert/strict';
import { test } from 'node:test';

import { knownRoomVersions } from '../room-versions/table.ts';
import { alice, bob, carol, event, member, signed, stateOf } from '../testing/auth-state.ts';
import { authorize } from './authorize.ts';

const stateTypes = ['m.room.name', 'm.room.topic', 'm.room.power_levels', 'm.room.join_rules', 'org.example.custom'];

for (const rules of knownRoomVersions()) {
  const state = stateOf(rules, member(bob, 'join'), member(carol, 'join'));
  const decide = (e: ReturnType<typeof event>): boolean => authorize(e, rules, state, signed).allowed;

  test(`EA-15: without power levels only the creator sets state in version ${rules.version}`, () => {
    for (const type of stateTypes) {
      assert.equal(decide(event(type, alice, '', {})), true, `${type} by the creator`);
      assert.equal(decide(event(type, bob, '', {})), false, `${type} by a member`);
      assert.equal(decide(event(type, '@nobody:b.example', '', {})), false, `${type} by a stranger`);
    }
  });

  test(`EA-15: without power levels every member sends messages and invites in version ${rules.version}`, () => {
    for (const type of ['m.room.message', 'm.reaction', 'm.room.encrypted']) {
      assert.equal(decide(event(type, bob, undefined, {})), true);
      assert.equal(decide(event(type, '@nobody:b.example', undefined, {})), false);
    }
    assert.equal(decide(member('@new:c.example', 'invite', bob)), true);
  });

  test(`EA-15: without power levels only the creator kicks and bans in version ${rules.version}`, () => {
    for (const membership of ['leave', 'ban']) {
      assert.equal(decide(member(carol, membership, alice)), true);
      assert.equal(decide(member(carol, membership, bob)), false);
      assert.equal(decide(member(alice, membership, bob)), false);
    }
  });
}
