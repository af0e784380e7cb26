import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../json/value.ts';
import { knownRoomVersions } from '../room-versions/table.ts';
import { alice, bob, carol, create, event, member, signed, stateOf, version } from '../testing/auth-state.ts';
import { stateTypesFor } from './auth-types.ts';
import { authorize, checkAuthEvents } from './authorize.ts';
import type { CitedEvent, EventToAuthorize } from './context.ts';
import { powerLevels } from './power.ts';
import { mayRedact } from './redaction.ts';

const cited = (type: string, stateKey: string, more: Partial<CitedEvent> = {}): CitedEvent => ({
  eventId: `$${type}`,
  roomId: '!room:a.example',
  type,
  stateKey,
  rejected: false,
  ...more,
});

for (const rules of knownRoomVersions()) {
  const { version: name } = rules;
  const room: CitedEvent = cited('m.room.create', '', { eventId: '$room:a.example' });
  const roomCreate = rules.roomIdIsCreateHash ? room : undefined;
  const base = rules.roomIdIsCreateHash ? [] : [room];

  test(`EA-12: an event of another room authorises nothing in version ${name}`, () => {
    const message = event('m.room.message', bob, undefined, {});
    const own = [...base, cited('m.room.power_levels', ''), cited('m.room.member', bob)];
    assert.equal(checkAuthEvents(message, rules, { authEvents: own, roomCreate }).allowed, true);
    own.forEach((_, i) => {
      const mixed = own.map((e, at) => (at === i ? { ...e, roomId: '!other:a.example' } : e));
      const verdict = checkAuthEvents(message, rules, { authEvents: mixed, roomCreate });
      assert.deepEqual(verdict.allowed ? '' : verdict.rule, name === '12' ? '3.5' : '2.5');
    });
  });

  test(`EA-17: a second create event is refused in version ${name}`, () => {
    const first = create(rules);
    const second = { ...create(rules), eventId: '$second:a.example' };
    const state = (type: string): EventToAuthorize | undefined => (type === 'm.room.create' ? first : undefined);
    const verdict = authorize(second, rules, state, signed);
    assert.equal(verdict.allowed ? 'allowed' : verdict.rule, '1');
    assert.equal(authorize(first, rules, state, signed).allowed, true, 'the one that the room has is no other');
    assert.equal(authorize(first, rules, () => undefined, signed).allowed, true);
  });

  test(`EA-17: nothing is authorised in a room without a create event in version ${name}`, () => {
    const verdict = authorize(member(alice, 'join'), rules, () => undefined, signed);
    assert.equal(verdict.allowed ? 'allowed' : verdict.rule, name === '12' ? '2' : '2.4');
  });

  test(`EA-20: a create event of another version is not judged by the rules of version ${name}`, () => {
    for (const other of knownRoomVersions()) {
      const verdict = authorize(create(rules, { room_version: other.version }), rules, () => undefined, signed);
      assert.equal(verdict.allowed, other.version === name, other.version);
    }
  });

  test(`authorize asks the state only for the pairs that it announces in version ${name}`, () => {
    const contents: readonly JsonObject[] = [
      ...['join', 'invite', 'leave', 'ban', 'knock', 'dance'].map((membership) => ({ membership })),
      { membership: 'join', join_authorised_via_users_server: carol },
      { membership: 'invite', third_party_invite: { signed: { mxid: carol, token: 't', signatures: {} } } },
      { membership: 'invite', third_party_invite: { signed: { mxid: carol, token: 7 } } },
      { membership: 'leave', join_authorised_via_users_server: carol },
    ];
    const events = [
      create(rules),
      event('m.room.message', bob, undefined, {}),
      event('m.room.power_levels', bob, '', { users: {} }),
      event('m.room.third_party_invite', bob, 't', {}),
      event('m.room.redaction', bob, undefined, {}),
      event('m.room.aliases', bob, 'b.example', {}),
      ...contents.flatMap((content) => [bob, carol].map((target) => event('m.room.member', bob, target, content))),
    ];
    const joinRules = ['public', 'invite', 'knock', 'restricted', 'knock_restricted'];
    for (const e of events) {
      for (const rule of joinRules) {
        const announced = new Set(stateTypesFor(e, rules).map(String));
        const state = stateOf(rules, event('m.room.join_rules', alice, '', { join_rule: rule }), member(bob, 'join'));
        const facts = { signedBy: () => true, verifySigned: () => true };
        authorize(e, rules, (type, key) => (assert.ok(announced.has(String([type, key])), `${type} ${key}`), state(type, key)), facts);
      }
    }
  });
}

test('EA-27: the first power levels of a version 12 room cannot name its creators', () => {
  const rules = version('12');
  const state = stateOf(rules);
  const first = (users: JsonObject): boolean => authorize(event('m.room.power_levels', alice, '', { users }), rules, state, signed).allowed;
  assert.equal(first({ [bob]: 100 }), true);
  assert.equal(first({ [bob]: 100, [alice]: 100 }), false);
});

test('MD-11: redactions that redact each other are judged one by one', () => {
  const rules = version('1');
  const state = stateOf(rules, member(bob, 'join'));
  for (let length = 1; length <= 10; length++) {
    const cycle = Array.from({ length }, (_, i) =>
      event('m.room.redaction', bob, undefined, {}, { eventId: `$r${i}:b.example`, redacts: `$r${(i + 1) % length}:b.example` }),
    );
    for (const e of cycle) {
      assert.equal(authorize({ ...e, prevEvents: [e.redacts ?? ''] }, rules, state, signed).allowed, true);
      assert.equal(mayRedact(powerLevels(rules, undefined, undefined), e.sender, e.sender), true);
    }
  }
});

test('a redaction takes effect by power or by the same server', () => {
  const rules = version('11');
  const power = powerLevels(rules, create(rules), event('m.room.power_levels', alice, '', { users: { [bob]: 50 } }));
  assert.equal(mayRedact(power, bob, carol), true, 'the redact level');
  assert.equal(mayRedact(power, carol, bob), false);
  assert.equal(mayRedact(power, carol, '@other:c.example'), true, 'the same server');
  assert.equal(mayRedact(power, carol, '@carol:c.example:8448'), false, 'a port is another server');
});

test('a flood of signatures on a third-party invite is looked at up to a bound', () => {
  const rules = version('11');
  const signatures = { 'id.example': Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`ed25519:${i}`, `s${i}`])) };
  const keys = Array.from({ length: 1400 }, (_, i) => ({ public_key: `k${i}` }));
  const pending = event('m.room.third_party_invite', alice, 't', { public_key: 'k', public_keys: keys });
  const invite = member(bob, 'invite', alice, { third_party_invite: { signed: { mxid: bob, token: 't', signatures } } });
  let verified = 0;
  const facts = { signedBy: () => true, verifySigned: () => (verified++, false) };
  assert.equal(authorize(invite, rules, stateOf(rules, pending), facts).allowed, false);
  assert.equal(verified, 256);
});
