import assert from 'node:assert/strict';
import { test } from 'node:test';

import { me, userRule } from '../testing/push-event.ts';
import { mergePushRules, noPushRuleChanges } from './changes.ts';
import { defaultPushRules } from './default-rules.ts';
import { pushRuleKinds } from './rule.ts';

const overrides = [
  'suppress_notices',
  'invite_for_me',
  'member_event',
  'is_user_mention',
  'is_room_mention',
  'tombstone',
  'reaction',
  'room.server_acl',
  'suppress_edits',
];
const underrides = ['call', 'encrypted_room_one_to_one', 'room_one_to_one', 'message', 'encrypted'];
const polls = ['poll_start_one_to_one', 'poll_start', 'poll_end_one_to_one', 'poll_end'].map((name) => `.org.matrix.msc3930.rule.${name}`);
const threads = ['unsubscribed_thread', 'subscribed_thread'].map((name) => `.io.element.msc4306.rule.${name}`);

test('the default rules are those of the specification, in its order, and those for encrypted events, polls and threads', () => {
  const rules = defaultPushRules(me);
  const ids = (kind: 'override' | 'postcontent' | 'underride'): readonly string[] =>
    rules[kind].map((rule) => rule.ruleId.replace('.m.rule.', ''));
  assert.deepEqual(ids('override'), ['master', 'encrypted_event', ...overrides, '.org.matrix.msc3930.rule.poll_response']);
  assert.deepEqual(ids('underride'), [...underrides, ...polls]);
  assert.deepEqual(ids('postcontent'), threads);
  assert.deepEqual([rules.content, rules.room, rules.sender], [[], [], []]);
  const all = pushRuleKinds.flatMap((kind) => rules[kind]);
  assert.ok(all.every((rule) => rule.isDefault && rule.ruleId.startsWith('.')));
  assert.deepEqual(
    all.filter((rule) => !rule.enabled).map((rule) => rule.ruleId),
    ['.m.rule.master', '.m.rule.encrypted_event', ...threads],
  );
});

test('the rule for encrypted events starts enabled where the server says so', () => {
  const rule = defaultPushRules(me, { pushEncrypted: true }).override[1];
  assert.deepEqual([rule?.ruleId, rule?.enabled], ['.m.rule.encrypted_event', true]);
});

test('only the master rule stands above the user’s own rules', () => {
  const own = [
    userRule({ kind: 'override', ruleId: 'a' }),
    userRule({ kind: 'underride', ruleId: 'u' }),
    userRule({ kind: 'override', ruleId: 'b' }),
  ];
  const merged = mergePushRules(me, { ...noPushRuleChanges, rules: own });
  assert.deepEqual(
    merged.override.slice(0, 4).map((rule) => rule.ruleId),
    ['.m.rule.master', 'a', 'b', '.m.rule.encrypted_event'],
  );
  assert.deepEqual(
    merged.underride.slice(0, 2).map((rule) => rule.ruleId),
    ['u', '.m.rule.call'],
  );
  assert.equal(merged.override[1]?.isDefault, false);
});

test('a change to a rule that the server no longer has is without effect', () => {
  const changes = { ...noPushRuleChanges, defaults: [{ kind: 'content' as const, ruleId: '.m.rule.contains_user_name', enabled: false }] };
  assert.deepEqual(mergePushRules(me, changes), defaultPushRules(me));
});
