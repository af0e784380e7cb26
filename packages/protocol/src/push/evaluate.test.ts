import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { JsonObject } from '../json/value.ts';
import { me, pushContext, pushEvent, userRule } from '../testing/push-event.ts';
import type { DefaultRuleChange, UserPushRule } from './changes.ts';
import { devicePushRules, mergePushRules, noPushRuleChanges } from './changes.ts';
import { pushPatternLengthMax } from './condition.ts';
import { compilePushRules, evaluateForPusher, evaluatePushRules } from './evaluate.ts';
import type { PushEvent } from './event-view.ts';
import { viewPushEvent } from './event-view.ts';

type Case = {
  readonly story: string;
  readonly rules?: readonly (Partial<UserPushRule> & Pick<UserPushRule, 'kind' | 'ruleId'>)[];
  readonly defaults?: readonly DefaultRuleChange[];
  readonly context?: {
    readonly memberCount?: number;
    readonly displayName?: string;
    readonly profileTag?: string;
    readonly followsThread?: boolean;
    readonly mayNotify?: readonly string[];
  };
  readonly event: Partial<PushEvent> & { readonly type: string };
  readonly expect: { readonly notify: boolean; readonly highlight: boolean; readonly tweaks: JsonObject; readonly rule: string | null };
};
const vectors = JSON.parse(readFileSync(new URL('../../vectors/push/evaluate.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

test('the rules of the vectors decide as they say', () => {
  for (const { story, rules = [], defaults = [], context: { mayNotify, ...context } = {}, event, expect } of vectors.cases) {
    const compiled = compilePushRules(mergePushRules(me, { ...noPushRuleChanges, rules: rules.map(userRule), defaults }));
    const senderMayNotify = (key: string): boolean => mayNotify?.includes(key) ?? true;
    const outcome = evaluatePushRules(compiled, viewPushEvent(pushEvent(event)), pushContext({ ...context, senderMayNotify }));
    const got = { notify: outcome.notify, highlight: outcome.highlight, tweaks: { ...outcome.tweaks }, rule: outcome.ruleId ?? null };
    assert.deepEqual(got, expect, story);
  }
});

test('the outcome has the actions as stored and the kind of the rule', () => {
  const actions = ['notify', { set_sound: 'x' }];
  const compiled = compilePushRules(
    mergePushRules(me, { ...noPushRuleChanges, rules: [userRule({ kind: 'underride', ruleId: 'u', actions })] }),
  );
  const outcome = evaluatePushRules(compiled, viewPushEvent(pushEvent({ type: 'any' })), pushContext());
  assert.deepEqual([outcome.actions, outcome.kind], [actions, 'underride']);
});

test('one view of an event serves many users, also with more keys than it remembers', () => {
  const content = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, `V${i}`]));
  const view = viewPushEvent(pushEvent({ type: 'm.room.message', content }));
  for (let i = 0; i < 100; i += 1) {
    const conditions = [{ kind: 'event_match', key: `content.k${i}`, pattern: `v${i}` }];
    const compiled = compilePushRules(
      mergePushRules(me, { ...noPushRuleChanges, rules: [userRule({ kind: 'override', ruleId: 'r', conditions })] }),
    );
    for (let again = 0; again < 2; again += 1) assert.equal(evaluatePushRules(compiled, view, pushContext()).ruleId, 'r');
  }
});

test('patterns, keys and names that are too long match nothing', () => {
  const long = 'a'.repeat(pushPatternLengthMax + 1);
  const conditions = [{ kind: 'event_match', key: 'content.text', pattern: long }];
  const rules = [
    userRule({ kind: 'override', ruleId: 'o', conditions }),
    userRule({ kind: 'override', ruleId: 'name', conditions: [{ kind: 'contains_display_name' }] }),
    userRule({ kind: 'content', ruleId: 'c', pattern: long }),
  ];
  const compiled = compilePushRules(mergePushRules(me, { ...noPushRuleChanges, rules }));
  const view = viewPushEvent(pushEvent({ type: 'm.room.message', content: { text: long, body: long } }));
  assert.equal(evaluatePushRules(compiled, view, pushContext({ displayName: long })).ruleId, '.m.rule.message');
});

test('patterns, keys and names of the largest length match', () => {
  const longest = 'a'.repeat(pushPatternLengthMax);
  const ruleOf = (condition: JsonObject): UserPushRule => userRule({ kind: 'override', ruleId: 'o', conditions: [condition] });
  const conditions = [
    { kind: 'event_match', key: 'content.body', pattern: longest },
    { kind: 'event_property_is', key: `content.${longest.slice(8)}`, value: 1 },
    { kind: 'contains_display_name' },
  ];
  const view = viewPushEvent(pushEvent({ type: 'any', content: { body: longest, [longest.slice(8)]: 1 } }));
  for (const condition of conditions) {
    const compiled = compilePushRules(mergePushRules(me, { ...noPushRuleChanges, rules: [ruleOf(condition)] }));
    assert.equal(evaluatePushRules(compiled, view, pushContext({ displayName: longest })).ruleId, 'o');
  }
});

test('rules of a profile tag come before the global ones, and before none when everything is off', () => {
  const changes = {
    ...noPushRuleChanges,
    devices: [
      { tag: 'work', rules: [userRule({ kind: 'sender', ruleId: '@boss:a.example', actions: ['notify', { set_tweak: 'highlight' }] })] },
    ],
  };
  const rules = {
    global: compilePushRules(mergePushRules(me, changes)),
    device: compilePushRules(devicePushRules(changes, 'work') ?? assert.fail()),
  };
  const ofBoss = viewPushEvent(pushEvent({ type: 'm.room.message', sender: '@boss:a.example' }));
  const ofOther = viewPushEvent(pushEvent({ type: 'm.room.message' }));
  assert.equal(evaluateForPusher(rules, ofBoss, pushContext()).highlight, true);
  assert.equal(evaluateForPusher(rules, ofOther, pushContext()).ruleId, '.m.rule.message');
  assert.equal(devicePushRules(changes, 'home'), undefined);
  assert.equal(evaluateForPusher({ ...rules, device: undefined }, ofBoss, pushContext()).ruleId, '.m.rule.message');
  const muted = compilePushRules(
    mergePushRules(me, { ...changes, defaults: [{ kind: 'override', ruleId: '.m.rule.master', enabled: true }] }),
  );
  assert.equal(evaluateForPusher({ ...rules, global: muted }, ofBoss, pushContext()).notify, false);
});
