import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { JsonObject, JsonValue } from '../json/value.ts';
import { knownRoomVersions } from '../room-versions/table.ts';
import { alice, bob, carol, create, event, member, signed, stateOf, version } from '../testing/auth-state.ts';
import { authorize } from './authorize.ts';
import type { EventToAuthorize } from './context.ts';
import type { NamedLevel } from './power.ts';
import { levelDefaults, namedLevel, namedLevels, parseLevel, powerLevels, requiredLevel, userLevel } from './power.ts';

const seed = 20260716;

/** For each key of the power levels: an event of bob's that needs that level. `users_default` is what he has. */
const deciders: { readonly [key in NamedLevel]?: EventToAuthorize } = {
  events_default: event('m.room.message', bob, undefined, {}),
  state_default: event('m.room.topic', bob, '', {}),
  ban: member(carol, 'ban', bob),
  kick: member(carol, 'leave', bob),
  invite: member('@new:c.example', 'invite', bob),
};

for (const rules of knownRoomVersions()) {
  const decide = (e: EventToAuthorize, content: JsonObject): boolean => {
    const levels = event('m.room.power_levels', alice, '', content);
    return authorize(e, rules, stateOf(rules, member(bob, 'join'), member(carol, 'join'), levels), signed).allowed;
  };

  test(`EA-14: each key of the power levels decides, and so does its default, in version ${rules.version}`, () => {
    for (const [name, e] of Object.entries(deciders)) {
      const normal = levelDefaults[name as NamedLevel];
      // A target of the same power could not be kicked or banned, so bob stands one above carol.
      const users = (level: number): JsonObject => ({ users: { [bob]: level, [carol]: level - 1 } });
      assert.equal(decide(e, { ...users(normal), users_default: -1 }), true, `${name} by default ${normal}`);
      assert.equal(decide(e, { ...users(normal - 1), users_default: -1 }), false, `${name} by default ${normal}`);
      assert.equal(decide(e, { ...users(30), [name]: 30 }), true, `${name} given`);
      assert.equal(decide(e, { ...users(29), [name]: 30 }), false, `${name} given`);
    }
  });

  test(`EA-14: users_default, events and users decide in version ${rules.version}`, () => {
    const topic = event('m.room.topic', bob, '', {});
    assert.equal(decide(topic, { users_default: 50 }), true);
    assert.equal(decide(topic, { users_default: 49 }), false);
    assert.equal(decide(topic, {}), false, 'users_default is 0 by default');
    assert.equal(decide(topic, { users_default: 50, users: { [bob]: 49 } }), false, 'the own entry comes first');
    assert.equal(decide(topic, { events: { 'm.room.topic': 0 } }), true);
    assert.equal(decide(topic, { users_default: 50, events: { 'm.room.topic': 51 } }), false);
  });

  test(`EA-14: strings and floats count only where version ${rules.version} allows them`, () => {
    const number = Number(rules.version);
    assert.equal(parseLevel(rules, '50'), number <= 9 ? 50 : undefined);
    assert.equal(parseLevel(rules, 50.9), number <= 5 ? 50 : undefined);
    assert.equal(parseLevel(rules, -50.9), number <= 5 ? -50 : undefined);
    assert.equal(parseLevel(rules, 2n ** 60n), number <= 5 ? 2n ** 60n : undefined);
    for (const never of [null, true, [], {}, '1.5', '1e3', '0x10', '', ' ', '1 2', '٣', NaN, Infinity, '9'.repeat(401)] as JsonValue[]) {
      assert.equal(parseLevel(rules, never), undefined, JSON.stringify(never));
    }
    assert.equal(parseLevel(rules, -3), -3);
  });

  test(`authorisation is monotone in power in version ${rules.version}`, () => {
    const level = fc.integer({ min: -10, max: 110 });
    const content = fc.record(
      { ...Object.fromEntries(namedLevels.map((name) => [name, level])), events: fc.record({ 'm.room.topic': level }) },
      { requiredKeys: [] },
    );
    const events = [...Object.values(deciders), event('m.room.topic', bob, '', {}), event('m.room.third_party_invite', bob, 't', {})];
    const property = fc.property(content, fc.constantFrom(...events), level, level, (levels, e, a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      const base = levels as JsonObject;
      const withLess = decide(e, { ...base, users: { [carol]: 0, [bob]: less } });
      const withMore = decide(e, { ...base, users: { [carol]: 0, [bob]: more } });
      assert.ok(!withLess || withMore, 'more power never takes a right away');
    });
    fc.assert(property, { seed, numRuns: 1000 });
  });

  test(`changing power levels is monotone in power in version ${rules.version}`, () => {
    const level = fc.integer({ min: -5, max: 105 });
    const content = fc.record({
      ban: level,
      events: fc.dictionary(fc.constantFrom('a', 'b'), level),
      users: fc.dictionary(fc.constantFrom(carol, '@d:d.example'), level),
    });
    const property = fc.property(content, content, level, level, (before, after, a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      const change = (own: number): boolean => {
        const open = { events: { ...before.events, 'm.room.power_levels': -100 } };
        const next = { ...after, events: { ...after.events, 'm.room.power_levels': -100 }, users: { ...after.users, [bob]: own } };
        return decide(event('m.room.power_levels', bob, '', next), { ...before, ...open, users: { ...before.users, [bob]: own } });
      };
      assert.ok(!change(less) || change(more));
    });
    fc.assert(property, { seed, numRuns: 1000 });
  });
}

test('the effective levels of a room without power levels are the defaults', () => {
  const rules = version('10');
  const power = powerLevels(rules, create(rules), undefined);
  assert.deepEqual(
    namedLevels.map((name) => [name, namedLevel(power, name)]),
    Object.entries(levelDefaults),
  );
  assert.deepEqual([requiredLevel(power, 'a', true), requiredLevel(power, 'a', false)], [50, 0]);
  assert.deepEqual([userLevel(power, alice), userLevel(power, bob)], [100, 0]);
  assert.deepEqual([userLevel(powerLevels(rules, undefined, undefined), alice)], [0]);
});

test('EA-27: creators of version 12 stand above every number, with or without power levels', () => {
  const rules = version('12');
  const room = create(rules, { additional_creators: [bob] });
  for (const levels of [undefined, event('m.room.power_levels', alice, '', { users: { [carol]: 2 ** 53 - 1 }, users_default: 7 })]) {
    const power = powerLevels(rules, room, levels);
    assert.deepEqual([userLevel(power, alice), userLevel(power, bob)], [Infinity, Infinity]);
    assert.ok(userLevel(power, carol) < userLevel(power, bob));
  }
});

test('EA-27: before version 12 nobody is a creator by the list of additional creators', () => {
  const rules = version('11');
  assert.equal(userLevel(powerLevels(rules, create(rules, { additional_creators: [bob] }), undefined), bob), 0);
});

test('a spelled level may have any number of zeros in front, within four hundred characters', () => {
  const rules = version('9');
  assert.equal(parseLevel(rules, `${'0'.repeat(398)}50`), 50);
  assert.equal(parseLevel(rules, `${'0'.repeat(399)}50`), undefined);
  assert.deepEqual(
    [' -0100 ', '+7\n', '--7', '7.0'].map((text) => parseLevel(rules, text)),
    [-100, 7, undefined, undefined],
  );
});

test('levels beyond 2^53 are compared exactly in old versions', () => {
  const rules = version('5');
  const levels = event('m.room.power_levels', alice, '', { users: { [bob]: 2n ** 60n, [carol]: String(2n ** 60n + 1n) } });
  const power = powerLevels(rules, undefined, levels);
  assert.ok(userLevel(power, carol) > userLevel(power, bob));
  assert.ok(userLevel(power, bob) > 100);
});
