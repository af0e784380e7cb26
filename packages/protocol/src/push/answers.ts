/**
 * Push rules as clients read them: today's form (v3 and r0) and that of 2015 (api/v1), which always has a `device` part
 * and writes "do not notify" as an action.
 */
import { jsonObject, jsonObjectFrom, own } from '../json/object.ts';
import type { JsonArray, JsonObject, JsonValue } from '../json/value.ts';
import type { PushRuleChanges } from './changes.ts';
import { devicePushRules, mergePushRules, noPushRules } from './changes.ts';
import type { PushRuleRefusal } from './refusal.ts';
import { noSuchRule } from './refusal.ts';
import type { PushRulePath } from './rule-path.ts';
import type { PushDefaults, PushRule, Ruleset } from './rule.ts';
import { pushRuleKinds } from './rule.ts';

export type PushRulesForm = 'v3' | '2015';

/** The answer of GET /pushrules/, and with form v3 the content of the account data event `m.push_rules`. */
export function pushRulesAnswer(userId: string, changes: PushRuleChanges, form: PushRulesForm, defaults: PushDefaults = {}): JsonObject {
  const global = rulesetAnswer(mergePushRules(userId, changes, defaults), form);
  return form === 'v3' ? jsonObject({ global }) : jsonObject({ global, device: devicesAnswer(changes) });
}

/** The answer of a GET below /pushrules/: a scope, a kind, a rule, or a rule's `enabled` or `actions`. */
export function pushRulePart(
  userId: string,
  changes: PushRuleChanges,
  path: PushRulePath,
  form: PushRulesForm,
  defaults: PushDefaults = {},
): { readonly ok: true; readonly answer: JsonValue } | PushRuleRefusal {
  const ruleset =
    path.device === undefined ? mergePushRules(userId, changes, defaults) : (devicePushRules(changes, path.device) ?? noPushRules);
  if (path.kind === undefined) return { ok: true, answer: rulesetAnswer(ruleset, form) };
  if (path.ruleId === undefined) return { ok: true, answer: ruleset[path.kind].map((rule) => ruleAnswer(rule, form)) };
  const rule = ruleset[path.kind].find((candidate) => candidate.ruleId === path.ruleId);
  if (rule === undefined) return noSuchRule();
  const answer = ruleAnswer(rule, form);
  if (path.attribute === undefined) return { ok: true, answer };
  return { ok: true, answer: jsonObject({ [path.attribute]: own(answer, path.attribute) }) };
}

function devicesAnswer(changes: PushRuleChanges): JsonObject {
  return jsonObjectFrom(changes.devices.map(({ tag }) => [tag, rulesetAnswer(devicePushRules(changes, tag) ?? noPushRules, '2015')]));
}

function rulesetAnswer(ruleset: Ruleset, form: PushRulesForm): JsonObject {
  // In 2015 there were five kinds, and its clients may not expect a sixth.
  const kinds = form === '2015' ? pushRuleKinds.filter((kind) => kind !== 'postcontent') : pushRuleKinds;
  return jsonObjectFrom(kinds.map((kind): readonly [string, JsonArray] => [kind, ruleset[kind].map((rule) => ruleAnswer(rule, form))]));
}

function ruleAnswer(rule: PushRule, form: PushRulesForm): JsonObject {
  const isSilent = form === '2015' && rule.actions.length === 0;
  return jsonObject({
    rule_id: rule.ruleId,
    default: rule.isDefault,
    enabled: rule.enabled,
    actions: isSilent ? ['dont_notify'] : rule.actions,
    conditions: rule.conditions,
    pattern: rule.pattern,
  });
}
