import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { JsonValue } from '../json/value.ts';
import { me, pushContext, pushEvent } from '../testing/push-event.ts';
import { noPushRuleChanges, mergePushRules } from './changes.ts';
import { pushPatternLengthMax } from './condition.ts';
import { compilePushRules, evaluatePushRules } from './evaluate.ts';
import { viewPushEvent } from './event-view.ts';
import { parsePushActions, parsePushEnabled, parsePushRule } from './parse-rule.ts';
import { parsePushRulePath } from './rule-path.ts';
import type { PushRuleKind } from './rule.ts';
import { pushRuleKinds } from './rule.ts';

const conditions = [
  { kind: 'event_match', key: 'type', pattern: 'x' },
  { kind: 'org.example.unknown', more: [1] },
];

test('a rule is read with what belongs to its kind', () => {
  const body = { actions: ['notify'], conditions, pattern: 'cake', other: 1 };
  const common = { ok: true, value: { ruleId: 'r', enabled: true, actions: ['notify'] } };
  const read = (kind: PushRuleKind): unknown => parsePushRule(kind, 'r', body);
  assert.deepEqual(read('override'), { ok: true, value: { ...common.value, kind: 'override', conditions } });
  assert.deepEqual(read('underride'), { ok: true, value: { ...common.value, kind: 'underride', conditions } });
  assert.deepEqual(read('content'), { ok: true, value: { ...common.value, kind: 'content', pattern: 'cake' } });
  assert.deepEqual(read('room'), { ok: true, value: { ...common.value, kind: 'room' } });
  assert.deepEqual(read('sender'), { ok: true, value: { ...common.value, kind: 'sender' } });
});

test('a rule without conditions always matches', () => {
  assert.deepEqual(parsePushRule('override', 'r', { actions: [] }), {
    ok: true,
    value: { kind: 'override', ruleId: 'r', enabled: true, actions: [], conditions: [] },
  });
});

const long = 'a'.repeat(pushPatternLengthMax + 1);
const many = Array.from({ length: 65 }, () => ({ kind: 'x' }));
const refusals: readonly (readonly [kind: PushRuleKind, ruleId: string, body: JsonValue, errcode: string])[] = [
  ['content', '', { actions: [], pattern: 'x' }, 'M_INVALID_PARAM'],
  ['content', '.mine', { actions: [], pattern: 'x' }, 'M_INVALID_PARAM'],
  ['content', 'a/b', { actions: [], pattern: 'x' }, 'M_INVALID_PARAM'],
  ['content', 'a\\b', { actions: [], pattern: 'x' }, 'M_INVALID_PARAM'],
  ['content', 'a'.repeat(513), { actions: [], pattern: 'x' }, 'M_INVALID_PARAM'],
  ['content', 'r', [], 'M_BAD_JSON'],
  ['content', 'r', null, 'M_BAD_JSON'],
  ['content', 'r', { pattern: 'x' }, 'M_MISSING_PARAM'],
  ['content', 'r', { actions: 'notify', pattern: 'x' }, 'M_BAD_JSON'],
  ['content', 'r', { actions: [1], pattern: 'x' }, 'M_BAD_JSON'],
  ['content', 'r', { actions: [['notify']], pattern: 'x' }, 'M_BAD_JSON'],
  ['content', 'r', { actions: [] }, 'M_MISSING_PARAM'],
  ['content', 'r', { actions: [], pattern: null }, 'M_BAD_JSON'],
  ['content', 'r', { actions: [], pattern: long }, 'M_TOO_LARGE'],
  ['postcontent', 'r', { actions: [], conditions: [] }, 'M_INVALID_PARAM'],
  ['room', 'r', { actions: Array.from({ length: 65 }, () => 'x') }, 'M_TOO_LARGE'],
  ['room', 'r', { actions: [{ set_tweak: 'a'.repeat(17_000) }] }, 'M_TOO_LARGE'],
  ['override', 'r', { actions: [], conditions: {} }, 'M_BAD_JSON'],
  ['override', 'r', { actions: [], conditions: [null] }, 'M_BAD_JSON'],
  ['override', 'r', { actions: [], conditions: [{ key: 'type' }] }, 'M_BAD_JSON'],
  ['override', 'r', { actions: [], conditions: [{ kind: 1 }] }, 'M_BAD_JSON'],
  ['override', 'r', { actions: [], conditions: many }, 'M_TOO_LARGE'],
  ['override', 'r', { actions: [], conditions: [{ kind: 'x', list: many.map(() => 'a'.repeat(500)) }] }, 'M_TOO_LARGE'],
  ['override', 'r', { actions: [], conditions: [{ kind: 'event_match', key: 'type', pattern: long }] }, 'M_TOO_LARGE'],
  ['override', 'r', { actions: [], conditions: [{ kind: 'event_match', key: long, pattern: '' }] }, 'M_TOO_LARGE'],
];

test('what is wrong with a rule is refused with its own error', () => {
  for (const [kind, ruleId, body, errcode] of refusals) {
    const parsed = parsePushRule(kind, ruleId, body);
    assert.equal(!parsed.ok && parsed.errcode, errcode, `${ruleId.slice(0, 10)} ${JSON.stringify(body).slice(0, 80)}`);
  }
});

test('what is exactly as large as allowed is accepted', () => {
  const longest = long.slice(1);
  const parts = many.slice(1);
  // 16,384 characters: 2 for the list, 1 after its entry, 2 for the quotes.
  const largest = 'a'.repeat(16_379);
  const fits: readonly (readonly [kind: PushRuleKind, ruleId: string, body: JsonValue])[] = [
    ['content', 'a'.repeat(512), { actions: [], pattern: longest }],
    ['override', 'r', { actions: parts.map(() => 'x'), conditions: parts }],
    ['override', 'r', { actions: [], conditions: [{ kind: 'event_match', key: longest, pattern: longest }] }],
    ['room', 'r', { actions: [largest] }],
  ];
  for (const [kind, ruleId, body] of fits) assert.equal(parsePushRule(kind, ruleId, body).ok, true);
  const refused = parsePushRule('room', 'r', { actions: [`${largest}a`] });
  assert.equal(!refused.ok && refused.errcode, 'M_TOO_LARGE');
});

test('unknown actions and those that used to mean "do not notify" are kept', () => {
  const actions = ['dont_notify', 'notify', 'coalesce', 'dont-notify', 'org.example.dance', { set_sound: 'x' }];
  assert.deepEqual(parsePushActions({ actions }), { ok: true, value: actions });
});

test('enabled is an object, or in 2015 a bare boolean', () => {
  for (const value of [true, false])
    for (const body of [value, { enabled: value }]) assert.deepEqual(parsePushEnabled(body), { ok: true, value });
  const errcode = (body: JsonValue): unknown => Object.entries(parsePushEnabled(body)).find(([key]) => key === 'errcode')?.[1];
  assert.deepEqual(
    [errcode({}), errcode({ enabled: 'true' }), errcode(null), errcode('true')],
    ['M_MISSING_PARAM', 'M_BAD_JSON', 'M_BAD_JSON', 'M_BAD_JSON'],
  );
});

test('paths name a scope, a kind, a rule and a part of it', () => {
  const path = (text: string, devices = false): unknown => {
    const parsed = parsePushRulePath(text.split('/'), { devices });
    return parsed.ok ? parsed.path : parsed.errcode;
  };
  assert.deepEqual(path('global/'), {});
  assert.deepEqual(path('global'), {});
  assert.deepEqual(path('global/room/'), { kind: 'room' });
  assert.deepEqual(path('global/room/!r'), { kind: 'room', ruleId: '!r' });
  assert.deepEqual(path('global/room/!r/actions'), { kind: 'room', ruleId: '!r', attribute: 'actions' });
  assert.deepEqual(path('device/work/room/!r/enabled', true), { device: 'work', kind: 'room', ruleId: '!r', attribute: 'enabled' });
  assert.deepEqual(path('device/work', true), { device: 'work' });
  const wrong = [
    '',
    'glob',
    'device/work',
    'global/rooms',
    'global/toString',
    'global/room//enabled',
    'global/room/!r/pattern',
    'global/room/!r/enabled/x',
  ];
  for (const text of wrong) assert.equal(path(text), 'M_INVALID_PARAM', text);
  for (const text of ['device', 'device/', 'device//room', `device/${'a'.repeat(65)}`])
    assert.equal(path(text, true), 'M_INVALID_PARAM', text);
});

test('no JSON makes the reader throw, and what it accepts can be evaluated', () => {
  const json = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<JsonValue>(
        null,
        true,
        1,
        2n ** 70n,
        'notify',
        'type',
        '*',
        'event_match',
        'event_property_is',
        'room_member_count',
        '<1',
      ),
      fc.array(tie('value')),
      fc.dictionary(
        fc.constantFrom('actions', 'conditions', 'pattern', 'kind', 'key', 'value', 'is', 'set_tweak', '__proto__'),
        tie('value'),
      ),
    ),
  })).value;
  const body = fc.oneof(json, fc.record({ actions: fc.array(json), conditions: fc.array(json), pattern: json }, { requiredKeys: [] }));
  fc.assert(
    fc.property(fc.constantFrom(...pushRuleKinds), fc.string(), body, (kind, ruleId, sent) => {
      const parsed = parsePushRule(kind, ruleId, sent);
      if (!parsed.ok) return;
      const compiled = compilePushRules(mergePushRules(me, { ...noPushRuleChanges, rules: [parsed.value] }));
      evaluatePushRules(compiled, viewPushEvent(pushEvent({ type: 'm.room.message', content: { body: 'x' } })), pushContext());
    }),
    { numRuns: 1000, seed: 7 },
  );
});
