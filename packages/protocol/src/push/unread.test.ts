import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { JsonObject, JsonValue } from '../json/value.ts';
import { me, pushEvent, roomId, userRule, you } from '../testing/push-event.ts';
import type { DefaultRuleChange, PushRuleChanges, UserPushRule } from './changes.ts';
import { mergePushRules, noPushRuleChanges } from './changes.ts';
import { defaultPushRules } from './default-rules.ts';
import { compilePushRules, evaluatePushRules } from './evaluate.ts';
import type { PushEvent } from './event-view.ts';
import { viewPushEvent } from './event-view.ts';
import { pushRuleKinds } from './rule.ts';
import { classifyForUnread, deviatesIn, isSilenced, pushRuleDeviation, rulesDeviate, unreadOf } from './unread.ts';

const types = [
  'm.room.message',
  'M.Room.Message',
  'm.room.encrypted',
  'm.call.invite',
  'm.room.member',
  'm.room.tombstone',
  'm.reaction',
  'm.room.server_acl',
  'm.room.topic',
  'org.matrix.msc3381.poll.start',
  'org.matrix.msc3381.poll.response',
];
const users = [me, '@ME:a.example', you, '@starry*:a.example'];
const rooms = [roomId, '!ROOM:a.example', '!other:a.example'];

const odd = fc.constantFrom<JsonValue>(null, true, 1, 'true', [], {});
const content: fc.Arbitrary<JsonObject> = fc.record(
  {
    body: fc.constantFrom('hi Ada', 'cake', ''),
    msgtype: fc.oneof(fc.constantFrom('m.text', 'm.notice', 'M.NOTICE'), odd),
    membership: fc.constantFrom<JsonValue>('invite', 'INVITE', 'join', 1),
    'm.mentions': fc.oneof(
      odd,
      fc.record(
        { user_ids: fc.oneof(odd, fc.array(fc.constantFrom<JsonValue>(...users, 1))), room: fc.oneof(fc.boolean(), odd) },
        { requiredKeys: [] },
      ),
    ),
    'm.relates_to': fc.oneof(odd, fc.constantFrom<JsonValue>({ rel_type: 'm.replace' }, { rel_type: 'm.thread' })),
  },
  { requiredKeys: [] },
);
const event: fc.Arbitrary<PushEvent> = fc
  .record({
    type: fc.constantFrom(...types),
    sender: fc.constantFrom(...users),
    roomId: fc.constantFrom(...rooms),
    stateKey: fc.constantFrom(undefined, '', ...users),
    content,
  })
  .map(pushEvent);

const condition: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('event_match'),
    key: fc.constantFrom('type', 'room_id', 'room_id', 'content.body'),
    pattern: fc.constantFrom('m.room.message', '!room:a.example', '!ROOM:a.example', '!room:*', 'cake', ''),
  }),
  fc.record({
    kind: fc.constantFrom('event_property_is'),
    key: fc.constantFrom('room_id', 'type'),
    value: fc.constantFrom('!room:a.example', 'm.room.topic'),
  }),
  fc.constantFrom<JsonObject>(
    { kind: 'unknown' },
    { kind: 'contains_display_name' },
    { kind: 'room_member_count', is: '2' },
    { kind: 'event_match', key: 'room_id' },
    { kind: 'io.element.msc4306.thread_subscription', subscribed: true },
  ),
);
const actions = fc.constantFrom<readonly JsonValue[]>(
  [],
  ['notify'],
  ['notify', { set_tweak: 'highlight' }],
  ['notify', { set_tweak: 'sound', value: 'x' }],
);
const rule: fc.Arbitrary<UserPushRule> = fc
  .record({
    kind: fc.constantFrom(...pushRuleKinds.filter((kind) => kind !== 'postcontent')),
    ruleId: fc.constantFrom(...rooms, you, 'x'),
    enabled: fc.boolean(),
    actions,
    conditions: fc.oneof(fc.array(condition, { maxLength: 3 }), fc.constant([{ kind: 'event_match', key: 'room_id', pattern: roomId }])),
    pattern: fc.constantFrom('cake', '*'),
  })
  .map(({ conditions, pattern, ...common }) =>
    userRule({ ...common, ...(common.kind === 'content' ? { pattern } : {}), ...(common.kind.endsWith('ride') ? { conditions } : {}) }),
  );
const defaultIds = pushRuleKinds.flatMap((kind) => defaultPushRules(me)[kind].map(({ ruleId }) => ({ kind, ruleId })));
const defaultChange: fc.Arbitrary<DefaultRuleChange> = fc
  .record({ at: fc.constantFrom(...defaultIds), change: fc.record({ enabled: fc.boolean(), actions }, { requiredKeys: [] }) })
  .map(({ at, change }) => ({ ...at, ...change }));
const changes: fc.Arbitrary<PushRuleChanges> = fc.record({
  rules: fc.array(rule, { maxLength: 2 }),
  defaults: fc.array(defaultChange, { maxLength: 1 }),
  devices: fc.constant([]),
});

test('where rules do not deviate, the class of an event says what evaluating the rules says, and nothing is told where they are silent', () => {
  const seen = { agreed: 0, agreedWithChanges: 0, notified: 0, highlighted: 0, deviated: 0 };
  let silenced = 0;
  const context = fc.record({
    displayName: fc.constantFrom(undefined, 'Ada'),
    memberCount: fc.integer({ min: 1, max: 3 }),
    followsThread: fc.constantFrom(undefined, false, true),
  });
  fc.assert(
    fc.property(
      changes,
      event,
      fc.constantFrom(...users),
      context,
      fc.boolean(),
      fc.boolean(),
      (stored, sent, userId, about, mayNotify, pushEncrypted) => {
        const ruleset = mergePushRules(userId, stored, { pushEncrypted });
        const deviation = pushRuleDeviation(ruleset, userId, { pushEncrypted });
        const senderMayNotify = (key: string): boolean => key === 'room' && mayNotify;
        const { notify, highlight } = evaluatePushRules(compilePushRules(ruleset), viewPushEvent(sent), {
          userId,
          ...about,
          senderMayNotify,
        });
        if (isSilenced(ruleset, sent.roomId)) {
          silenced += 1;
          assert.equal(notify || highlight, false);
        }
        if (deviatesIn(deviation, sent.roomId)) {
          seen.deviated += 1;
          assert.equal(rulesDeviate(deviation), true);
          return;
        }
        assert.deepEqual(unreadOf(classifyForUnread(sent, senderMayNotify, { pushEncrypted }), userId), { notify, highlight });
        seen.agreed += 1;
        if (stored.rules.length + stored.defaults.length > 0) seen.agreedWithChanges += 1;
        if (notify) seen.notified += 1;
        if (highlight) seen.highlighted += 1;
      },
    ),
    { numRuns: 5000, seed: 5 },
  );
  assert.ok(silenced > 50, `only ${silenced} runs silenced`);
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 100, `only ${count} runs ${what}`);
});

function deviationOf(stored: Partial<PushRuleChanges>): { readonly everywhere: boolean; readonly rooms: readonly string[] } {
  const { everywhere, rooms: some } = pushRuleDeviation(mergePushRules(me, { ...noPushRuleChanges, ...stored }), me);
  return { everywhere, rooms: [...some] };
}

test('a user without changes does not deviate, nor one who only changed sounds or stored disabled rules', () => {
  const none = { everywhere: false, rooms: [] };
  assert.deepEqual(deviationOf({}), none);
  assert.deepEqual(
    deviationOf({ defaults: [{ kind: 'underride', ruleId: '.m.rule.message', actions: ['notify', { set_tweak: 'sound', value: 'x' }] }] }),
    none,
  );
  assert.deepEqual(deviationOf({ defaults: [{ kind: 'override', ruleId: '.m.rule.master', actions: ['notify'] }] }), none);
  assert.deepEqual(deviationOf({ rules: [userRule({ kind: 'content', ruleId: 'x', pattern: 'x', enabled: false })] }), none);
  assert.deepEqual(deviationOf({ rules: [userRule({ kind: 'override', ruleId: 'x', conditions: [{ kind: 'unknown' }] })] }), none);
  assert.equal(rulesDeviate(pushRuleDeviation(mergePushRules(me, noPushRuleChanges), me)), false);
});

test('a muted room deviates in that room only', () => {
  const mute = userRule({
    kind: 'override',
    ruleId: 'm',
    conditions: [{ kind: 'event_match', key: 'room_id', pattern: '!Muted:a.example' }],
  });
  assert.deepEqual(deviationOf({ rules: [mute, userRule({ kind: 'room', ruleId: '!quiet' })] }), {
    everywhere: false,
    rooms: ['!muted:a.example', '!quiet'],
  });
});

test('keywords, sender rules, room globs and silenced or enabled default rules deviate everywhere', () => {
  const glob = [{ kind: 'event_match', key: 'room_id', pattern: '!*:a.example' }];
  assert.equal(deviationOf({ rules: [userRule({ kind: 'content', ruleId: 'x', pattern: 'x' })] }).everywhere, true);
  assert.equal(deviationOf({ rules: [userRule({ kind: 'sender', ruleId: you })] }).everywhere, true);
  assert.equal(deviationOf({ rules: [userRule({ kind: 'override', ruleId: 'x', conditions: glob })] }).everywhere, true);
  assert.equal(deviationOf({ defaults: [{ kind: 'underride', ruleId: '.m.rule.message', enabled: false }] }).everywhere, true);
  assert.equal(deviationOf({ defaults: [{ kind: 'override', ruleId: '.m.rule.master', enabled: true }] }).everywhere, true);
});

test('the power of the sender is only asked for when the room is mentioned', () => {
  const refuse = (): boolean => assert.fail('asked');
  assert.equal(classifyForUnread(pushEvent({ type: 'm.room.message' }), refuse).countable, true);
  assert.equal(
    classifyForUnread(pushEvent({ type: 'm.room.message', content: { 'm.mentions': { room: true } } }), () => true).highlightsAll,
    true,
  );
});
