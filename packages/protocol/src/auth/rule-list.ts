import type { RoomVersionRules } from '../room-versions/rules.ts';
/**
 * The authorisation rules of a room version are a numbered, nested list. Here they are data of the same shape: a rule's
 * number is its place among the rules that the version has, so no number is written down twice, and a tool can walk
 * the list (the test vectors cover every entry; `npm run protocol -- rules` leaves each one out in turn).
 */
import type { Verdict } from '../verdict.ts';
import { allow, reject } from '../verdict.ts';
import type { AuthContext } from './context.ts';

/** `true`: allow, and stop. A sentence: reject for that reason. `undefined`: this rule says nothing, go on. */
export type Decision = true | string | undefined;

export type Rule = {
  /** A name that is the same in every version, such as `member.join.banned`. */
  readonly id: string;
  /** Room versions that have the rule; all of them when absent. */
  readonly inVersion?: (rules: RoomVersionRules) => boolean;
  /** The number within its list, where some version's text counts otherwise than by place. */
  readonly place?: number;
} & (Leaf | Group);
type Leaf = { readonly decide: (c: AuthContext) => Decision };
/** A group asks its rules in order when it applies; when none of them decides, the list goes on after the group. */
type Group = { readonly applies: (c: AuthContext) => boolean; readonly list: readonly Rule[] };

/** A rule as a room version numbers it. */
export type NumberedRule = { readonly id: string; readonly number: string } & (
  | { readonly decide: (c: AuthContext) => Decision }
  | { readonly applies: (c: AuthContext) => boolean; readonly list: readonly NumberedRule[] }
);

type When = (c: AuthContext) => boolean;
type Reason = string | ((c: AuthContext) => string);
type Extent = Pick<Rule, 'inVersion' | 'place'>;

export function rejectIf(id: string, when: When, reason: Reason, extent: Extent = {}): Rule {
  return { ...extent, id, decide: (c) => (when(c) ? say(reason, c) : undefined) };
}

export function allowIf(id: string, when: When, extent: Extent = {}): Rule {
  return { ...extent, id, decide: (c) => (when(c) ? true : undefined) };
}

/** "Allow if and only if": decides either way. */
export function allowOnlyIf(id: string, when: When, reason: Reason, extent: Extent = {}): Rule {
  return { ...extent, id, decide: (c) => (when(c) ? true : say(reason, c)) };
}

/** "If …, allow if and only if …": decides either way where it applies. */
export function decideIf(id: string, applies: When, when: When, reason: Reason): Rule {
  return { id, decide: (c) => (applies(c) ? when(c) || say(reason, c) : undefined) };
}

export function otherwiseReject(id: string, reason: Reason): Rule {
  return { id, decide: (c) => say(reason, c) };
}

export function otherwiseAllow(id: string): Rule {
  return { id, decide: () => true };
}

export function group(id: string, applies: When, list: readonly Rule[], extent: Extent = {}): Rule {
  return { ...extent, id, applies, list };
}

/** Numbers the rules that a room version has. */
export function numberRules(list: readonly Rule[], rules: RoomVersionRules, prefix = ''): readonly NumberedRule[] {
  const ofVersion = list.filter((rule) => rule.inVersion?.(rules) ?? true);
  return ofVersion.map((rule, index) => numbered(rule, rules, `${prefix}${rule.place ?? index + 1}`));
}

/** Asks the rules in order; `undecided` when none has anything to say. */
export function judge(list: readonly NumberedRule[], c: AuthContext, undecided: Verdict): Verdict {
  return firstVerdict(list, c) ?? undecided;
}

function firstVerdict(list: readonly NumberedRule[], c: AuthContext): Verdict | undefined {
  for (const rule of list) {
    if ('list' in rule) {
      const verdict = rule.applies(c) ? firstVerdict(rule.list, c) : undefined;
      if (verdict !== undefined) return verdict;
      continue;
    }
    const decision = rule.decide(c);
    if (decision === true) return allow;
    if (decision !== undefined) return reject(rule.number, decision);
  }
  return undefined;
}

function numbered(rule: Rule, rules: RoomVersionRules, number: string): NumberedRule {
  const { id } = rule;
  if ('decide' in rule) return { id, number, decide: rule.decide };
  return { id, number, applies: rule.applies, list: numberRules(rule.list, rules, `${number}.`) };
}

function say(reason: Reason, c: AuthContext): string {
  return typeof reason === 'string' ? reason : reason(c);
}
