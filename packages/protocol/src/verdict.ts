/** Refusal is a value, not an exception: what a check of the protocol core says. */
export type Verdict = Allow | Reject;
export type Allow = { readonly allowed: true };
export type Reject = {
  readonly allowed: false;
  /** The number of the rule in the specification's text of that room version, such as `4.3.1`, or a short name of the check. */
  readonly rule: string;
  /** A sentence for people: what was wrong with the event. */
  readonly reason: string;
};

export const allow: Allow = Object.freeze({ allowed: true });

export function reject(rule: string, reason: string): Reject {
  return { allowed: false, rule, reason };
}
