/** Push rules as they are held in memory (https://spec.matrix.org/v1.19/client-server-api/#push-rules). */
import type { JsonObject, JsonValue } from '../json/value.ts';

/** The kinds, in the order in which they are tried. `postcontent` has rules of the server alone (MSC4306). */
export const pushRuleKinds = ['override', 'content', 'postcontent', 'room', 'sender', 'underride'] as const;
export type PushRuleKind = (typeof pushRuleKinds)[number];

/** `"notify"`, a tweak, or whatever else a client stored: what we do not know has no effect. */
export type PushActions = readonly JsonValue[];

export type PushRule = {
  readonly ruleId: string;
  /** Whether the server defines it; such ids begin with a dot. */
  readonly isDefault: boolean;
  readonly enabled: boolean;
  readonly actions: PushActions;
  /** Of override, postcontent and underride rules: all of them must hold. */
  readonly conditions?: readonly JsonObject[];
  /** Of content rules: the glob that is looked for in the body. */
  readonly pattern?: string;
};

/** Rules by kind, the most important first. */
export type Ruleset = { readonly [K in PushRuleKind]: readonly PushRule[] };

export function isPushRuleKind(name: string): name is PushRuleKind {
  return (pushRuleKinds as readonly string[]).includes(name);
}

/** What the server decides about its own rules. */
export type PushDefaults = {
  /**
   * Whether `.m.rule.encrypted_event` (MSC4028) starts enabled: every encrypted event is pushed, also in rooms set to
   * "mentions only", since only the client can tell whether it mentions. Off unless the server is told, for it wakes
   * clients that do not expect it; each user can turn it on.
   */
  readonly pushEncrypted?: boolean;
};
