/** Which rule decides about an event, for one reader. */
import { own } from '../json/object.ts';
import type { ConditionCheck, PushContext } from './condition.ts';
import { bodyKey, compileCondition, eventMatch, threadSubscription } from './condition.ts';
import { masterRuleId } from './default-rules.ts';
import type { PushEventView } from './event-view.ts';
import type { PushOutcome } from './outcome.ts';
import { nothingToNotify, outcomeOf } from './outcome.ts';
import type { PushRule, PushRuleKind, Ruleset } from './rule.ts';
import { pushRuleKinds } from './rule.ts';

type CompiledRule = { readonly checks: readonly ConditionCheck[]; readonly outcome: PushOutcome };

/** A ruleset ready for use. Rules that are disabled or can match nothing are not in it. */
export type CompiledRuleset = {
  readonly override: readonly CompiledRule[];
  readonly content: readonly CompiledRule[];
  readonly postcontent: readonly CompiledRule[];
  readonly room: ReadonlyMap<string, PushOutcome>;
  readonly sender: ReadonlyMap<string, PushOutcome>;
  readonly underride: readonly CompiledRule[];
  /** Whether the user turned everything off. */
  readonly isMuted: boolean;
  /** Whether any rule asks for threads that the user follows. */
  readonly asksForThreads: boolean;
};

/** Compile once per user and keep it while the rules stay the same. */
export function compilePushRules(ruleset: Ruleset): CompiledRuleset {
  return {
    override: compileKind(ruleset, 'override'),
    content: compileKind(ruleset, 'content'),
    postcontent: compileKind(ruleset, 'postcontent'),
    room: byId(ruleset, 'room'),
    sender: byId(ruleset, 'sender'),
    underride: compileKind(ruleset, 'underride'),
    isMuted: ruleset.override.some((rule) => rule.ruleId === masterRuleId && rule.isDefault && rule.enabled),
    asksForThreads: pushRuleKinds.some((kind) => ruleset[kind].some(asksForThread)),
  };
}

/** The checks of an enabled rule with conditions or a pattern; undefined if one of them can never hold. */
export function compileChecks(rule: PushRule, kind: PushRuleKind): readonly ConditionCheck[] | undefined {
  const checks = kind === 'content' ? [eventMatch(bodyKey, rule.pattern)] : (rule.conditions ?? []).map(compileCondition);
  return checks.every((check) => check !== undefined) ? checks : undefined;
}

/**
 * The first rule that matches decides. Nobody is notified of their own events.
 *
 * Cost: one step per override, content, postcontent and underride rule; room and sender rules are looked up.
 */
export function evaluatePushRules(rules: CompiledRuleset, view: PushEventView, context: PushContext): PushOutcome {
  const { event } = view;
  if (event.sender === context.userId) return nothingToNotify;
  return (
    firstMatch(rules.override, view, context) ??
    firstMatch(rules.content, view, context) ??
    firstMatch(rules.postcontent, view, context) ??
    rules.room.get(event.roomId) ??
    rules.sender.get(event.sender) ??
    firstMatch(rules.underride, view, context) ??
    nothingToNotify
  );
}

/**
 * The same for one pusher: rules stored for its profile tag (2015) come before the global ones, unless the user turned
 * everything off.
 */
export function evaluateForPusher(
  rules: { readonly global: CompiledRuleset; readonly device: CompiledRuleset | undefined },
  view: PushEventView,
  context: PushContext,
): PushOutcome {
  if (rules.device !== undefined && !rules.global.isMuted) {
    const outcome = evaluatePushRules(rules.device, view, context);
    if (outcome.ruleId !== undefined) return outcome;
  }
  return evaluatePushRules(rules.global, view, context);
}

function asksForThread({ enabled, conditions = [] }: PushRule): boolean {
  return enabled && conditions.some((condition) => own(condition, 'kind') === threadSubscription);
}

function firstMatch(rules: readonly CompiledRule[], view: PushEventView, context: PushContext): PushOutcome | undefined {
  return rules.find((rule) => rule.checks.every((check) => check(view, context)))?.outcome;
}

function compileKind(ruleset: Ruleset, kind: PushRuleKind): readonly CompiledRule[] {
  const compiled: CompiledRule[] = [];
  for (const rule of ruleset[kind]) {
    const checks = rule.enabled ? compileChecks(rule, kind) : undefined;
    if (checks !== undefined) compiled.push({ checks, outcome: outcomeOf(rule.actions, rule.ruleId, kind) });
  }
  return compiled;
}

function byId(ruleset: Ruleset, kind: PushRuleKind): ReadonlyMap<string, PushOutcome> {
  const enabled = ruleset[kind].filter((rule) => rule.enabled);
  return new Map(enabled.map((rule) => [rule.ruleId, outcomeOf(rule.actions, rule.ruleId, kind)]));
}
