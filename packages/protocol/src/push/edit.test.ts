import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { me, userRule } from '../testing/push-event.ts';
import type { PushRuleChanges, UserPushRule } from './changes.ts';
import { mergePushRules, noPushRuleChanges } from './changes.ts';
import { defaultPushRules } from './default-rules.ts';
import type { PushRuleEdit, PushRulePlace } from './edit.ts';
import { deletePushRule, pushDevicesMax, pushRulesMax, putPushRule, setPushRuleActions, setPushRuleEnabled } from './edit.ts';
import { pushRuleKinds } from './rule.ts';

function done(edit: PushRuleEdit): PushRuleChanges {
  assert.ok(edit.ok);
  return edit.changes;
}

function put(changes: PushRuleChanges, ruleId: string, place: PushRulePlace = {}, kind: UserPushRule['kind'] = 'content'): PushRuleChanges {
  return done(putPushRule(changes, undefined, userRule({ kind, ruleId, pattern: 'x' }), place));
}

function order(changes: PushRuleChanges): string {
  return changes.rules
    .filter((rule) => rule.kind === 'content')
    .map((rule) => rule.ruleId)
    .join('');
}

const abc = ['c', 'b', 'a'].reduce((changes, id) => put(changes, id), noPushRuleChanges);

test('a new rule is enabled and comes first of its kind', () => {
  assert.equal(order(abc), 'abc');
  assert.equal(done(putPushRule(abc, undefined, userRule({ kind: 'content', ruleId: 'n', enabled: false }))).rules[0]?.enabled, true);
});

test('a rule goes right before or after another, whether it is new or not', () => {
  assert.equal(order(put(abc, 'n', { before: 'b' })), 'anbc');
  assert.equal(order(put(abc, 'n', { after: 'b' })), 'abnc');
  assert.equal(order(put(abc, 'n', { before: 'c', after: 'a' })), 'abnc');
  assert.equal(order(put(abc, 'a', { after: 'c' })), 'bca');
  assert.equal(order(put(abc, 'c', { before: 'a' })), 'cab');
  assert.equal(order(put(abc, 'b', { before: 'b' })), 'abc');
  assert.equal(order(put(abc, 'b')), 'abc');
});

test('rules of other kinds do not get in between', () => {
  const mixed = put(put(abc, 'b', {}, 'room'), 'z', {}, 'sender');
  assert.equal(order(put(mixed, 'n', { after: 'b' })), 'abnc');
  assert.deepEqual(
    mergePushRules(me, mixed).content.map((rule) => rule.ruleId),
    ['a', 'b', 'c'],
  );
});

test('a neighbour must be a rule of the user and of that kind', () => {
  const refused = { ok: false, status: 400, errcode: 'M_UNKNOWN' };
  for (const place of [{ before: 'x' }, { after: 'x' }, { before: 'a', after: 'x' }, { before: '.m.rule.message' }, { before: 'n' }]) {
    const missing = place.after ?? place.before;
    assert.deepEqual(putPushRule(abc, undefined, userRule({ kind: 'content', ruleId: 'n' }), place), {
      ...refused,
      error: `before/after rule not found: ${missing}`,
    });
  }
  assert.equal(putPushRule(abc, undefined, userRule({ kind: 'room', ruleId: 'n' }), { before: 'a' }).ok, false);
});

test('a rule that is put again keeps its place and stays disabled', () => {
  const off = done(setPushRuleEnabled(abc, { kind: 'content', ruleId: 'b' }, false));
  const again = done(putPushRule(off, undefined, userRule({ kind: 'content', ruleId: 'b', pattern: 'new' })));
  assert.equal(order(again), 'abc');
  assert.deepEqual(again.rules[1], userRule({ kind: 'content', ruleId: 'b', pattern: 'new', enabled: false }));
});

test('a rule is deleted once; default rules and unknown rules are not found', () => {
  const left = done(deletePushRule(abc, { kind: 'content', ruleId: 'b' }));
  assert.equal(order(left), 'ac');
  for (const address of [
    { kind: 'content', ruleId: 'b' },
    { kind: 'override', ruleId: '.m.rule.master' },
    { kind: 'room', ruleId: 'a' },
  ] as const) {
    const refused = deletePushRule(left, address);
    assert.deepEqual([refused.ok, !refused.ok && refused.errcode, !refused.ok && refused.status], [false, 'M_NOT_FOUND', 404]);
    if (address.ruleId.startsWith('.')) continue;
    assert.equal(setPushRuleEnabled(left, address, true).ok, false);
    assert.equal(setPushRuleActions(left, address, []).ok, false);
  }
});

test('of a default rule only the difference is stored, and nothing when it is as the server has it', () => {
  const address = { kind: 'underride', ruleId: '.m.rule.message' } as const;
  const off = done(setPushRuleEnabled(noPushRuleChanges, address, false));
  assert.deepEqual(off.defaults, [{ ...address, enabled: false }]);
  const loud = done(setPushRuleActions(off, address, ['notify', { set_tweak: 'sound', value: 'x' }]));
  assert.deepEqual(loud.defaults, [{ ...address, enabled: false, actions: ['notify', { set_tweak: 'sound', value: 'x' }] }]);
  const on = done(setPushRuleEnabled(loud, address, true));
  assert.deepEqual(Object.keys(on.defaults[0] ?? {}), ['kind', 'ruleId', 'actions']);
  assert.deepEqual(done(setPushRuleActions(on, address, ['notify'])), noPushRuleChanges);
});

test('changes to several default rules do not touch each other', () => {
  const message = { kind: 'underride', ruleId: '.m.rule.message' } as const;
  const call = { kind: 'underride', ruleId: '.m.rule.call' } as const;
  const both = done(setPushRuleActions(done(setPushRuleEnabled(noPushRuleChanges, message, false)), call, []));
  assert.deepEqual(both.defaults, [
    { ...message, enabled: false },
    { ...call, actions: [] },
  ]);
  const merged = mergePushRules(me, both).underride.filter((rule) => !rule.enabled || rule.actions.length === 0);
  assert.deepEqual(
    merged.map((rule) => [rule.ruleId, rule.enabled, rule.actions.length]),
    [
      ['.m.rule.call', true, 0],
      ['.m.rule.message', false, 1],
    ],
  );
});

test('what the server’s default is decides what the difference is', () => {
  const address = { kind: 'override', ruleId: '.m.rule.encrypted_event' } as const;
  assert.deepEqual(done(setPushRuleEnabled(noPushRuleChanges, address, true)).defaults.length, 1);
  assert.deepEqual(done(setPushRuleEnabled(noPushRuleChanges, address, true, { pushEncrypted: true })).defaults.length, 0);
});

test('an edit that changes nothing says so', () => {
  const again = putPushRule(abc, undefined, userRule({ kind: 'content', ruleId: 'b', pattern: 'x' }));
  assert.deepEqual([again.ok && again.changed, put(abc, 'b') === abc], [false, true]);
  const changed = putPushRule(abc, undefined, userRule({ kind: 'content', ruleId: 'b', pattern: 'y' }));
  assert.equal(changed.ok && changed.changed, true);
});

test('rules of a profile tag live apart and have no defaults', () => {
  const rule = userRule({ kind: 'room', ruleId: '!r' });
  const changes = done(putPushRule(noPushRuleChanges, 'work', rule));
  assert.deepEqual(changes, { ...noPushRuleChanges, devices: [{ tag: 'work', rules: [rule] }] });
  assert.equal(setPushRuleEnabled(changes, { kind: 'override', ruleId: '.m.rule.master', device: 'work' }, true).ok, false);
  assert.equal(
    done(setPushRuleEnabled(changes, { kind: 'room', ruleId: '!r', device: 'work' }, false)).devices[0]?.rules[0]?.enabled,
    false,
  );
  assert.equal(deletePushRule(changes, { kind: 'room', ruleId: '!r' }).ok, false);
  assert.deepEqual(done(deletePushRule(changes, { kind: 'room', ruleId: '!r', device: 'work' })), noPushRuleChanges);
});

test('rules and profile tags have a largest number, and existing rules can still be changed', () => {
  const full = { ...noPushRuleChanges, rules: Array.from({ length: pushRulesMax }, (_, i) => userRule({ kind: 'room', ruleId: `!${i}` })) };
  const refused = putPushRule(full, undefined, userRule({ kind: 'room', ruleId: '!new' }));
  assert.equal(!refused.ok && refused.errcode, 'M_TOO_LARGE');
  assert.equal(putPushRule(full, undefined, userRule({ kind: 'room', ruleId: '!1', actions: ['notify'] })).ok, true);
  const tags = {
    ...noPushRuleChanges,
    devices: Array.from({ length: pushDevicesMax }, (_, i) => ({ tag: `${i}`, rules: [userRule({ kind: 'room', ruleId: '!r' })] })),
  };
  assert.equal(putPushRule(tags, 'new', userRule({ kind: 'room', ruleId: '!r' })).ok, false);
  assert.equal(putPushRule(tags, '1', userRule({ kind: 'room', ruleId: '!s' })).ok, true);
});

test('whatever is done, ids stay unique in their kind and default rules keep their order', () => {
  const id = fc.constantFrom('a', 'b', 'c', '.m.rule.message', '.m.rule.master');
  const step = fc.record({
    what: fc.constantFrom('put', 'delete', 'enable', 'act'),
    kind: fc.constantFrom(...pushRuleKinds),
    ruleId: id,
    other: id,
    flag: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      let changes: PushRuleChanges = noPushRuleChanges;
      for (const { what, kind, ruleId, other, flag } of steps) {
        const edit =
          what === 'put' && !ruleId.startsWith('.')
            ? putPushRule(changes, undefined, userRule({ kind, ruleId }), flag ? { before: other } : {})
            : what === 'delete'
              ? deletePushRule(changes, { kind, ruleId })
              : what === 'enable'
                ? setPushRuleEnabled(changes, { kind, ruleId }, flag)
                : setPushRuleActions(changes, { kind, ruleId }, flag ? ['notify'] : []);
        if (edit.ok) ({ changes } = edit);
      }
      const merged = mergePushRules(me, changes);
      for (const kind of pushRuleKinds) {
        const ids = merged[kind].map((rule) => rule.ruleId);
        assert.equal(new Set(ids).size, ids.length);
        assert.deepEqual(
          merged[kind].filter((rule) => rule.isDefault).map((rule) => rule.ruleId),
          defaultPushRules(me)[kind].map((rule) => rule.ruleId),
        );
      }
    }),
    { numRuns: 500, seed: 23 },
  );
});
