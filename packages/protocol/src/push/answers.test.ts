import assert from 'node:assert/strict';
import { test } from 'node:test';

import { own } from '../json/object.ts';
import type { JsonObject } from '../json/value.ts';
import { me, userRule } from '../testing/push-event.ts';
import type { PushRulesForm } from './answers.ts';
import { pushRulePart, pushRulesAnswer } from './answers.ts';
import type { PushRuleChanges } from './changes.ts';
import { noPushRuleChanges } from './changes.ts';
import { parsePushRulePath } from './rule-path.ts';

const changes: PushRuleChanges = {
  ...noPushRuleChanges,
  rules: [
    userRule({ kind: 'content', ruleId: 'cake', pattern: 'cake', actions: ['notify', { set_sound: 'x' }] }),
    userRule({ kind: 'room', ruleId: '!r' }),
  ],
  devices: [{ tag: 'work', rules: [userRule({ kind: 'sender', ruleId: '@boss:x', enabled: false })] }],
};

/** Objects without a prototype, as the client will read them. */
function read(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

function part(path: string, form: PushRulesForm): unknown {
  const parsed = parsePushRulePath(path.split('/'), { devices: form === '2015' });
  assert.ok(parsed.ok);
  const found = pushRulePart(me, changes, parsed.path, form);
  return found.ok ? JSON.parse(JSON.stringify(found.answer)) : found.errcode;
}

test('today’s answer has six kinds in one scope, that of 2015 five in each', () => {
  const answer = read(pushRulesAnswer(me, changes, 'v3'));
  assert.deepEqual(Object.keys(answer), ['global']);
  assert.deepEqual(Object.keys(answer['global'] as JsonObject), ['override', 'content', 'postcontent', 'room', 'sender', 'underride']);
  const older = read(pushRulesAnswer(me, changes, '2015'))['global'] as JsonObject;
  assert.deepEqual(Object.keys(older), ['override', 'content', 'room', 'sender', 'underride']);
  const master = { rule_id: '.m.rule.master', default: true, enabled: false, actions: [], conditions: [] };
  assert.deepEqual(read(own(answer['global'] as JsonObject, 'override'))[0], master);
  assert.deepEqual(part('global', 'v3'), answer['global']);
});

test('the answer of 2015 has a device part, also when it is empty', () => {
  assert.deepEqual(read(pushRulesAnswer(me, noPushRuleChanges, '2015'))['device'], {});
  const boss = { rule_id: '@boss:x', default: false, enabled: false, actions: ['dont_notify'] };
  assert.deepEqual(read(pushRulesAnswer(me, changes, '2015'))['device'], {
    work: { override: [], content: [], room: [], sender: [boss], underride: [] },
  });
});

test('a rule that does nothing has no actions today, and said so in 2015', () => {
  assert.deepEqual(part('global/room/!r', 'v3'), { rule_id: '!r', default: false, enabled: true, actions: [] });
  assert.deepEqual(part('global/room/!r', '2015'), { rule_id: '!r', default: false, enabled: true, actions: ['dont_notify'] });
  assert.deepEqual(part('global/room/!r/actions', '2015'), { actions: ['dont_notify'] });
});

test('a scope, a kind, a rule and its parts can be read one by one', () => {
  const cake = { rule_id: 'cake', default: false, enabled: true, actions: ['notify', { set_sound: 'x' }], pattern: 'cake' };
  assert.deepEqual(part('global/content/', 'v3'), [cake]);
  assert.deepEqual(part('global/content/cake', '2015'), cake);
  assert.deepEqual(part('global/content/cake/enabled', 'v3'), { enabled: true });
  assert.deepEqual(part('global/override/.m.rule.master/enabled', 'v3'), { enabled: false });
  assert.deepEqual(part('device/work/sender/@boss:x/enabled', '2015'), { enabled: false });
  assert.deepEqual(part('device/home/', '2015'), { override: [], content: [], room: [], sender: [], underride: [] });
});

test('a rule that does not exist is not found', () => {
  for (const path of ['global/content/pie', 'global/room/cake', 'global/override/.m.rule.contains_display_name/enabled'])
    assert.equal(part(path, 'v3'), 'M_NOT_FOUND');
});
