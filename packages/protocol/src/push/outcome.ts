/** What the actions of a rule amount to (https://spec.matrix.org/v1.19/client-server-api/#actions). */
import { jsonObjectFrom, own } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { PushActions, PushRuleKind } from './rule.ts';

export type PushOutcome = {
  readonly notify: boolean;
  /** Only with `notify`: a rule that does not notify highlights nothing. */
  readonly highlight: boolean;
  /** For the push gateway: sound, highlight and what else clients agreed on. */
  readonly tweaks: JsonObject;
  /** The actions of the rule, as stored. */
  readonly actions: PushActions;
  /** The rule that decided; undefined when none matched. */
  readonly ruleId: string | undefined;
  readonly kind: PushRuleKind | undefined;
};

/** No rule matched, or the reader sent the event. */
export const nothingToNotify: PushOutcome = Object.freeze({
  notify: false,
  highlight: false,
  tweaks: Object.freeze({}),
  actions: Object.freeze([]),
  ruleId: undefined,
  kind: undefined,
});

export function outcomeOf(actions: PushActions, ruleId: string, kind: PushRuleKind): PushOutcome {
  const notify = actions.includes('notify');
  const tweaks = jsonObjectFrom(notify ? actions.flatMap(tweakOf) : []);
  return { notify, highlight: own(tweaks, 'highlight') === true, tweaks, actions, ruleId, kind };
}

/** A tweak without a value means true; of two tweaks of one name the later holds. */
function tweakOf(action: JsonValue): readonly (readonly [string, JsonValue])[] {
  if (!isJsonObject(action)) return [];
  const name = own(action, 'set_tweak');
  if (typeof name !== 'string') return [];
  const value = own(action, 'value');
  return [[name, value === undefined ? true : value]];
}
