/**
 * What a user changed about their push rules: the only thing that is stored. Default rules are not, so a server that
 * learns a new one gives it to everybody, and one that drops a rule leaves nothing behind.
 *
 * The value is plain JSON. Lists are used where an object keyed by a stranger's string could be.
 */
import { defaultPushRules, masterRuleId } from './default-rules.ts';
import type { PushActions, PushDefaults, PushRule, PushRuleKind, Ruleset } from './rule.ts';

/** A rule that the user made. `conditions` belong to override and underride, `pattern` to content. */
export type UserPushRule = Omit<PushRule, 'isDefault'> & { readonly kind: PushRuleKind };

/** How a default rule differs; what is absent is as the server has it. */
export type DefaultRuleChange = {
  readonly kind: PushRuleKind;
  readonly ruleId: string;
  readonly enabled?: boolean;
  readonly actions?: PushActions;
};

export type PushRuleChanges = {
  /** Rules of all kinds in one list; those of one kind stand in their order, the most important first. */
  readonly rules: readonly UserPushRule[];
  readonly defaults: readonly DefaultRuleChange[];
  /** Rules for pushers with a profile tag (2015), by tag. */
  readonly devices: readonly { readonly tag: string; readonly rules: readonly UserPushRule[] }[];
};

/** No rule of any kind. */
export const noPushRules: Ruleset = Object.freeze({ override: [], content: [], postcontent: [], room: [], sender: [], underride: [] });

export const noPushRuleChanges: PushRuleChanges = Object.freeze({ rules: [], defaults: [], devices: [] });

/**
 * The rules in force. In each kind the user's rules come before the server's; only the master rule stands above them
 * (https://spec.matrix.org/v1.19/client-server-api/#predefined-rules).
 */
export function mergePushRules(userId: string, changes: PushRuleChanges, defaults: PushDefaults = {}): Ruleset {
  const base = defaultPushRules(userId, defaults);
  const merge = (kind: PushRuleKind): readonly PushRule[] => {
    const server = base[kind].map((rule) => changed(rule, findDefaultChange(changes, kind, rule.ruleId)));
    const top = server.filter((rule) => rule.ruleId === masterRuleId);
    return [...top, ...ownRules(changes.rules, kind), ...server.filter((rule) => rule.ruleId !== masterRuleId)];
  };
  return {
    override: merge('override'),
    content: merge('content'),
    postcontent: merge('postcontent'),
    room: merge('room'),
    sender: merge('sender'),
    underride: merge('underride'),
  };
}

/** The rules stored for a profile tag; there are no default ones. Undefined if the user stored none. */
export function devicePushRules(changes: PushRuleChanges, tag: string): Ruleset | undefined {
  const device = changes.devices.find((entry) => entry.tag === tag);
  if (device === undefined) return undefined;
  const of = (kind: PushRuleKind): readonly PushRule[] => ownRules(device.rules, kind);
  return {
    ...noPushRules,
    override: of('override'),
    content: of('content'),
    room: of('room'),
    sender: of('sender'),
    underride: of('underride'),
  };
}

export function findDefaultChange(changes: PushRuleChanges, kind: PushRuleKind, ruleId: string): DefaultRuleChange | undefined {
  return changes.defaults.find((change) => change.kind === kind && change.ruleId === ruleId);
}

function changed(rule: PushRule, change: DefaultRuleChange | undefined): PushRule {
  if (change === undefined) return rule;
  return { ...rule, enabled: change.enabled ?? rule.enabled, actions: change.actions ?? rule.actions };
}

function ownRules(rules: readonly UserPushRule[], wanted: PushRuleKind): readonly PushRule[] {
  return rules.filter((rule) => rule.kind === wanted).map(({ kind: _, ...rule }) => ({ ...rule, isDefault: false }));
}
