import { stateTypesFor } from '../auth/auth-types.ts';
import { authorize } from '../auth/authorize.ts';
import type { SignatureFacts, StateLookup } from '../auth/context.ts';
import { checkSteps, type Known, pairName } from './known.ts';
import type { EventFact, ResolutionInput, Steps } from './request.ts';

/** The state under construction: pair name to event. */
export type PartialState = Map<string, EventFact>;

/**
 * Takes the events in order and puts each into the state that the state built so far authorises. What the state lacks is
 * taken from the event's own auth events. Rejected events neither enter nor authorise.
 *
 * @param base `unconflicted`: where the built state says nothing the unconflicted state counts (v2); `empty`: v2.1
 */
export function* applyInOrder(
  known: Known,
  input: ResolutionInput,
  state: PartialState,
  order: readonly number[],
  base: 'unconflicted' | 'empty',
): Steps<void> {
  const facts = order.map((number) => known.event(number)).filter((fact) => fact !== undefined && isCandidate(fact));
  yield* loadWhatTheyNeed(known, input, facts as readonly EventFact[], base);
  const signatures = signaturesOf(input);
  for (const fact of facts as readonly EventFact[]) {
    yield* known.spend(checkSteps);
    known.work.checks++;
    const lookup = lookupFor(known, input, state, fact, base);
    if (!authorize(fact.event, input.rules, lookup, signatures).allowed) continue;
    state.set(pairName(fact.event.type, fact.event.stateKey as string), fact);
  }
}

/** Signatures on events were checked when they came; only third-party invites are signed for somebody else's rule. */
export function signaturesOf(input: ResolutionInput): SignatureFacts {
  return { signedBy: () => true, verifySigned: input.verifySigned };
}

function isCandidate(fact: EventFact): boolean {
  return fact.event.stateKey !== undefined && !fact.rejected;
}

function* loadWhatTheyNeed(known: Known, input: ResolutionInput, facts: readonly EventFact[], base: 'unconflicted' | 'empty'): Steps<void> {
  const wanted = [input.create, ...facts.flatMap((fact) => fact.authEvents)];
  if (base === 'unconflicted') {
    const pairs = facts.flatMap((fact) => stateTypesFor(fact.event, input.rules));
    yield* known.loadUnconflicted(pairs);
    for (const pair of pairs) {
      const number = known.unconflicted(...pair);
      if (number !== undefined) wanted.push(number);
    }
  }
  yield* known.loadEvents(wanted);
}

function lookupFor(
  known: Known,
  input: ResolutionInput,
  state: PartialState,
  fact: EventFact,
  base: 'unconflicted' | 'empty',
): StateLookup {
  const cited = new Map<string, EventFact>();
  for (const number of known.authEventsOf(fact.number)) {
    const auth = known.event(number);
    if (auth?.event.stateKey !== undefined) cited.set(pairName(auth.event.type, auth.event.stateKey), auth);
  }
  return (type, stateKey) => {
    // From v12 on the room id, and no auth event, says which create event it is.
    if (type === 'm.room.create' && input.rules.roomIdIsCreateHash) return known.event(input.create)?.event;
    const name = pairName(type, stateKey);
    const shared = base === 'unconflicted' ? known.unconflicted(type, stateKey) : undefined;
    const found = state.get(name) ?? usable(shared === undefined ? undefined : known.event(shared)) ?? usable(cited.get(name));
    return found?.event;
  };
}

function usable(fact: EventFact | undefined): EventFact | undefined {
  return fact?.rejected === false ? fact : undefined;
}
