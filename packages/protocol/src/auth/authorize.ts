import type { RoomVersionRules } from '../room-versions/rules.ts';
/**
 * The two questions that the authorisation rules answer about an event. A server asks, in this order:
 *
 * 1. `checkAuthEvents` with the events that it cites: a refusal is final.
 * 2. `authorize` with the state that its auth events form: a refusal is final.
 * 3. `authorize` with the state before the event: a refusal is final.
 * 4. `authorize` with the room's current state: a refusal means that the event is soft-failed.
 *
 * See "Checks performed on receipt of a PDU" in the server-server API and the rules in each room version's page.
 */
import type { Verdict } from '../verdict.ts';
import { allow, reject } from '../verdict.ts';
import type { AuthContext, CitedEvent, EventToAuthorize, SignatureFacts, StateLookup } from './context.ts';
import { isSecondCreate } from './create.ts';
import { powerLevels } from './power.ts';
import { judge } from './rule-list.ts';
import { authRulesOf } from './rules-of-version.ts';

/** What an event cites. All of it must be known: an event that cites something missing is not ready to be judged. */
export type Citations = {
  /** The events named by `auth_events`, in any order. */
  readonly authEvents: readonly CitedEvent[];
  /** v12: the event whose id is the room id with the other sigil; undefined when the server does not have it. */
  readonly roomCreate?: CitedEvent | undefined;
};

/** The rules that look only at the event and the events that it cites. The verdict never changes. */
export function checkAuthEvents(event: EventToAuthorize, rules: RoomVersionRules, citations: Citations): Verdict {
  const context: AuthContext = {
    event,
    rules,
    state: nothing,
    signatures: noSignatures,
    create: undefined,
    power: powerLevels(rules, undefined, undefined),
    cited: citations.authEvents,
    roomCreate: citations.roomCreate,
  };
  // When none of these rules decides, the state-dependent ones have the word.
  return judge(authRulesOf(rules).intrinsic, context, allow);
}

/**
 * The rules that look at a state of the room. `state` is asked only for the pairs of `stateTypesFor(event, rules)`.
 *
 * A state without a create event authorises nothing but a create event, and one that has a create event no other.
 */
export function authorize(event: EventToAuthorize, rules: RoomVersionRules, state: StateLookup, signatures: SignatureFacts): Verdict {
  const create = state('m.room.create', '');
  const levels = event.type === 'm.room.create' ? undefined : state('m.room.power_levels', '');
  const power = powerLevels(rules, create, levels);
  const context: AuthContext = { event, rules, state, signatures, create, power, cited: [], roomCreate: undefined };
  if (isSecondCreate(context)) return reject('1', 'the room already has another create event');
  if (create === undefined && event.type !== 'm.room.create') {
    return reject(rules.roomIdIsCreateHash ? '2' : '2.4', 'the state has no create event');
  }
  return judge(authRulesOf(rules).stateDependent, context, reject('none', 'no rule allows the event'));
}

const nothing: StateLookup = () => undefined;
const noSignatures: SignatureFacts = { signedBy: () => false, verifySigned: () => false };
