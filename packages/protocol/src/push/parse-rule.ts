/** Reads the bodies of the push rule endpoints from JSON of a stranger. Unknown conditions and actions are kept. */
import { own } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { UserPushRule } from './changes.ts';
import { pushPatternLengthMax } from './condition.ts';
import type { PushRuleRefusal } from './refusal.ts';
import { badJson, invalidParam, missingParam, tooLarge } from './refusal.ts';
import type { PushActions, PushRuleKind } from './rule.ts';

type Parsed<T> = { readonly ok: true; readonly value: T } | PushRuleRefusal;

/** Conditions, and actions, of one rule. */
const partsMax = 64;
/** Room ids and user ids have at most 255 bytes; clients make ids from keywords too. */
const ruleIdLengthMax = 512;
/** Characters of a rule's conditions and actions written as JSON, about. */
const sizeMax = 16_384;

/** Reads the body of PUT /pushrules/global/{kind}/{ruleId}. */
export function parsePushRule(kind: PushRuleKind, ruleId: string, body: JsonValue): Parsed<UserPushRule> {
  const wrongId = checkRuleId(ruleId);
  if (wrongId !== undefined) return wrongId;
  if (kind === 'postcontent') return invalidParam('rules of this kind are the server’s');
  const actions = parsePushActions(body);
  if (!actions.ok) return actions;
  const rule = { kind, ruleId, enabled: true, actions: actions.value };
  if (kind === 'content') {
    const pattern = parsePattern(body as JsonObject);
    return pattern.ok ? { ok: true, value: { ...rule, pattern: pattern.value } } : pattern;
  }
  if (kind === 'room' || kind === 'sender') return { ok: true, value: rule };
  const conditions = parseConditions(body as JsonObject);
  return conditions.ok ? { ok: true, value: { ...rule, conditions: conditions.value } } : conditions;
}

/** Reads `actions`, in the body of PUT …/actions too. What used to say "do not notify" says nothing, and is told as it was given. */
export function parsePushActions(body: JsonValue): Parsed<PushActions> {
  if (!isJsonObject(body)) return badJson('the body must be an object');
  const actions = own(body, 'actions');
  if (actions === undefined) return missingParam('actions');
  if (!Array.isArray(actions)) return badJson('actions must be a list');
  const list = actions as readonly JsonValue[];
  if (list.some((action) => typeof action !== 'string' && !isJsonObject(action))) return badJson('an action must be a string or an object');
  if (list.length > partsMax || sizeOf(list) > sizeMax) return tooLarge('the actions are too many or too large');
  return { ok: true, value: list };
}

/** Reads the body of PUT …/enabled: `{"enabled": true}`, or in 2015 a bare `true`. */
export function parsePushEnabled(body: JsonValue): Parsed<boolean> {
  if (typeof body === 'boolean') return { ok: true, value: body };
  if (!isJsonObject(body)) return badJson('the body must be an object');
  const enabled = own(body, 'enabled');
  if (enabled === undefined) return missingParam('enabled');
  return typeof enabled === 'boolean' ? { ok: true, value: enabled } : badJson('enabled must be true or false');
}

function checkRuleId(ruleId: string): PushRuleRefusal | undefined {
  if (ruleId === '') return invalidParam('the rule id is empty');
  if (ruleId.startsWith('.')) return invalidParam('rule ids that begin with a dot are the server’s');
  if (/[/\\]/.test(ruleId)) return invalidParam('a rule id has no slash and no backslash');
  if (ruleId.length > ruleIdLengthMax) return invalidParam(`a rule id has at most ${ruleIdLengthMax} characters`);
  return undefined;
}

function parsePattern(body: JsonObject): Parsed<string> {
  const pattern = own(body, 'pattern');
  if (pattern === undefined) return missingParam('pattern');
  if (typeof pattern !== 'string') return badJson('pattern must be a string');
  if (pattern.length > pushPatternLengthMax) return tooLarge(`a pattern has at most ${pushPatternLengthMax} characters`);
  return { ok: true, value: pattern };
}

function parseConditions(body: JsonObject): Parsed<readonly JsonObject[]> {
  const conditions = own(body, 'conditions');
  if (conditions === undefined) return { ok: true, value: [] };
  if (!Array.isArray(conditions)) return badJson('conditions must be a list');
  const list = conditions as readonly JsonValue[];
  if (!list.every(isCondition)) return badJson('a condition must be an object with a kind');
  if (list.length > partsMax || sizeOf(list) > sizeMax) return tooLarge('the conditions are too many or too large');
  if (list.some(hasLongPattern)) return tooLarge(`a pattern or key has at most ${pushPatternLengthMax} characters`);
  return { ok: true, value: list };
}

function isCondition(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && typeof own(value, 'kind') === 'string';
}

function hasLongPattern(condition: JsonObject): boolean {
  return ['pattern', 'key'].some((name) => {
    const value = own(condition, name);
    return typeof value === 'string' && value.length > pushPatternLengthMax;
  });
}

/** About as many characters as the value's JSON. Nesting is bounded by the JSON door. */
function sizeOf(value: JsonValue): number {
  if (value === null) return 4;
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object') return String(value).length;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).reduce<number>((sum, entry) => sum + sizeOf(entry) + 1, 2);
  return Object.entries(value).reduce((sum, [key, entry]) => sum + key.length + 4 + sizeOf(entry), 2);
}
