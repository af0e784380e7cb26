/**
 * Changes to a user's push rules (https://spec.matrix.org/v1.19/client-server-api/#push-rules-api) as functions from what
 * is stored to what is to be stored. `changed` says whether there is anything to store and to announce.
 */
import type { DefaultRuleChange, PushRuleChanges, UserPushRule } from './changes.ts';
import { findDefaultChange } from './changes.ts';
import { defaultPushRules } from './default-rules.ts';
import type { PushRuleRefusal } from './refusal.ts';
import { noSuchNeighbour, noSuchRule, tooLarge } from './refusal.ts';
import type { PushActions, PushDefaults, PushRule, PushRuleKind } from './rule.ts';
import { sameJson } from './same-json.ts';

/** Where a rule is. `device` is the profile tag of a rule of 2015; without it the rule is global. */
export type PushRuleAddress = { readonly kind: PushRuleKind; readonly ruleId: string; readonly device?: string | undefined };

/** The user's own rules between which a new one goes. */
export type PushRulePlace = { readonly before?: string | undefined; readonly after?: string | undefined };

export type PushRuleEdit = { readonly ok: true; readonly changes: PushRuleChanges; readonly changed: boolean } | PushRuleRefusal;

/** Rules of one user, of all kinds and scopes. Some people mute a thousand rooms one by one. */
export const pushRulesMax = 2000;
/** Profile tags of one user. */
export const pushDevicesMax = 16;

/**
 * Adds a rule, or gives an existing one new conditions and actions. A new rule is enabled and comes before all others of
 * its kind; an existing one keeps its place and stays enabled or disabled. `before` and `after` put either elsewhere;
 * if both are given `before` decides.
 */
export function putPushRule(
  changes: PushRuleChanges,
  device: string | undefined,
  rule: UserPushRule,
  place: PushRulePlace = {},
): PushRuleEdit {
  const rules = rulesOf(changes, device);
  const existing = rules.find((other) => isAt(other, rule));
  if (existing === undefined && countRules(changes) >= pushRulesMax) return tooLarge(`a user has at most ${pushRulesMax} push rules`);
  if (device !== undefined && !hasDevice(changes, device) && changes.devices.length >= pushDevicesMax)
    return tooLarge(`a user has push rules for at most ${pushDevicesMax} profile tags`);
  for (const neighbour of [place.before, place.after]) {
    if (neighbour !== undefined && !rules.some((other) => isAt(other, { kind: rule.kind, ruleId: neighbour })))
      return noSuchNeighbour(neighbour);
  }
  const updated = { ...rule, enabled: existing?.enabled ?? true };
  return edited(changes, withRules(changes, device, placed(rules, updated, place)));
}

export function deletePushRule(changes: PushRuleChanges, address: PushRuleAddress): PushRuleEdit {
  const rules = rulesOf(changes, address.device);
  const left = rules.filter((rule) => !isAt(rule, address));
  return left.length === rules.length ? noSuchRule() : edited(changes, withRules(changes, address.device, left));
}

export function setPushRuleEnabled(
  changes: PushRuleChanges,
  address: PushRuleAddress,
  enabled: boolean,
  defaults: PushDefaults = {},
): PushRuleEdit {
  return update(changes, address, { enabled }, defaults);
}

export function setPushRuleActions(
  changes: PushRuleChanges,
  address: PushRuleAddress,
  actions: PushActions,
  defaults: PushDefaults = {},
): PushRuleEdit {
  return update(changes, address, { actions }, defaults);
}

type Update = { readonly enabled?: boolean; readonly actions?: PushActions };

function update(changes: PushRuleChanges, address: PushRuleAddress, change: Update, defaults: PushDefaults): PushRuleEdit {
  const rules = rulesOf(changes, address.device);
  if (rules.some((rule) => isAt(rule, address))) {
    return edited(
      changes,
      withRules(
        changes,
        address.device,
        rules.map((rule) => (isAt(rule, address) ? { ...rule, ...change } : rule)),
      ),
    );
  }
  const base = address.device === undefined ? findDefault(address, defaults) : undefined;
  if (base === undefined) return noSuchRule();
  const now = { ...findDefaultChange(changes, address.kind, address.ruleId), ...change };
  const others = changes.defaults.filter((other) => !isAt(other, address));
  const difference = differenceTo(base, address.kind, now);
  return edited(changes, { ...changes, defaults: difference === undefined ? others : [...others, difference] });
}

function findDefault(address: PushRuleAddress, defaults: PushDefaults): PushRule | undefined {
  // Whose rules they are shows in the conditions only.
  return defaultPushRules('', defaults)[address.kind].find((rule) => rule.ruleId === address.ruleId);
}

/** Only what is not as the server has it. */
function differenceTo(base: PushRule, kind: PushRuleKind, now: Update): DefaultRuleChange | undefined {
  const enabled = now.enabled === base.enabled ? undefined : now.enabled;
  const actions = sameJson(now.actions, base.actions) ? undefined : now.actions;
  if (enabled === undefined && actions === undefined) return undefined;
  return { kind, ruleId: base.ruleId, ...(enabled === undefined ? {} : { enabled }), ...(actions === undefined ? {} : { actions }) };
}

function placed(rules: readonly UserPushRule[], rule: UserPushRule, { before, after }: PushRulePlace): readonly UserPushRule[] {
  const neighbour = before ?? after;
  const isKnown = rules.some((other) => isAt(other, rule));
  if (isKnown && (neighbour === undefined || neighbour === rule.ruleId)) return rules.map((other) => (isAt(other, rule) ? rule : other));
  const others = rules.filter((other) => !isAt(other, rule));
  if (neighbour === undefined) return [rule, ...others];
  const at = others.findIndex((other) => isAt(other, { kind: rule.kind, ruleId: neighbour }));
  return others.toSpliced(before === undefined ? at + 1 : at, 0, rule);
}

function isAt(
  rule: { readonly kind: PushRuleKind; readonly ruleId: string },
  address: { readonly kind: PushRuleKind; readonly ruleId: string },
): boolean {
  return rule.kind === address.kind && rule.ruleId === address.ruleId;
}

function rulesOf(changes: PushRuleChanges, device: string | undefined): readonly UserPushRule[] {
  if (device === undefined) return changes.rules;
  return changes.devices.find((entry) => entry.tag === device)?.rules ?? [];
}

/** A tag without rules is forgotten. */
function withRules(changes: PushRuleChanges, device: string | undefined, rules: readonly UserPushRule[]): PushRuleChanges {
  if (device === undefined) return { ...changes, rules };
  const others = changes.devices.filter((entry) => entry.tag !== device);
  return { ...changes, devices: rules.length === 0 ? others : [...others, { tag: device, rules }] };
}

function hasDevice(changes: PushRuleChanges, device: string): boolean {
  return changes.devices.some((entry) => entry.tag === device);
}

function countRules(changes: PushRuleChanges): number {
  return changes.devices.reduce((sum, device) => sum + device.rules.length, changes.rules.length);
}

function edited(before: PushRuleChanges, after: PushRuleChanges): PushRuleEdit {
  return sameJson(before, after) ? { ok: true, changes: before, changed: false } : { ok: true, changes: after, changed: true };
}
