/**
 * State resolution of room version 1. Keys on which the states name different events are settled one by one: power
 * levels, then join rules, then members, each against what was settled before; then everything else. A key that only
 * some of the states have is no conflict here.
 */
import { stateTypesFor } from '../auth/auth-types.ts';
import { authorize } from '../auth/authorize.ts';
import type { StateLookup } from '../auth/context.ts';
import { sha1Hex } from '../signing/hashes.ts';
import { signaturesOf } from './iterative-auth.ts';
import { checkSteps, Known, pairName } from './known.ts';
import type { EventFact, Resolution, ResolutionInput, Steps } from './request.ts';

/** Types whose conflicts are settled first, in this order, because later ones depend on them. */
const authTypes = ['m.room.power_levels', 'm.room.join_rules', 'm.room.member'];

export function* resolveV1(input: ResolutionInput): Steps<Resolution> {
  const known = new Known();
  yield* known.loadEvents(input.sets.flatMap((set) => [...set.values()]));
  const byKey = eventsByKey(known, input);
  const conflicts = [...byKey.values()].filter((facts) => facts.length > 1);
  yield* loadUnconflicted(known, input, conflicts.flat());

  const settled = new Map<string, EventFact>();
  for (const facts of byKey.values()) if (facts.length === 1) settle(settled, facts[0] as EventFact);
  for (const type of authTypes) {
    const ofType = conflicts.filter((facts) => typeOf(facts) === type);
    // Keys of one type do not see each other's outcome, so their order does not matter.
    const winners: EventFact[] = [];
    for (const facts of ofType) winners.push(yield* lastOfLine(known, input, settled, facts));
    for (const winner of winners) settle(settled, winner);
  }
  const others = conflicts.filter((facts) => !authTypes.includes(typeOf(facts)));
  const winners: EventFact[] = [];
  for (const facts of others) winners.push(yield* firstAllowed(known, input, settled, facts));
  for (const winner of winners) settle(settled, winner);

  return { state: new Map([...settled.values()].map(({ key, number }) => [key, number])), work: known.work };
}

/** The type of a key's events, of which there is at least one. */
function typeOf(facts: readonly EventFact[]): string {
  return (facts[0] as EventFact).event.type;
}

/** Each key's distinct events that may enter the state. */
function eventsByKey(known: Known, input: ResolutionInput): ReadonlyMap<number, readonly EventFact[]> {
  const byKey = new Map<number, Map<number, EventFact>>();
  for (const set of input.sets) {
    for (const [key, number] of set) {
      const fact = known.event(number);
      if (fact === undefined || fact.rejected || fact.event.stateKey === undefined) continue;
      const events = byKey.get(key) ?? new Map<number, EventFact>();
      byKey.set(key, events.set(number, fact));
    }
  }
  return new Map([...byKey].map(([key, events]) => [key, [...events.values()]]));
}

function* loadUnconflicted(known: Known, input: ResolutionInput, facts: readonly EventFact[]): Steps<void> {
  const pairs = facts.flatMap((fact) => stateTypesFor(fact.event, input.rules));
  yield* known.loadUnconflicted(pairs);
  yield* known.loadEvents(pairs.map((pair) => known.unconflicted(...pair)).filter((number) => number !== undefined));
}

/** From the lowest depth up, each event must be allowed after the one before it; the last that is, wins. */
function* lastOfLine(
  known: Known,
  input: ResolutionInput,
  settled: ReadonlyMap<string, EventFact>,
  facts: readonly EventFact[],
): Steps<EventFact> {
  const [first, ...rest] = deepestFirst(facts).reverse();
  let winner = first as EventFact;
  for (const fact of rest) {
    yield* known.spend(checkSteps);
    if (!isAllowed(known, input, settled, fact, winner)) break;
    winner = fact;
  }
  return winner;
}

/** The deepest event that is allowed; when none is, the shallowest. */
function* firstAllowed(
  known: Known,
  input: ResolutionInput,
  settled: ReadonlyMap<string, EventFact>,
  facts: readonly EventFact[],
): Steps<EventFact> {
  const ordered = deepestFirst(facts);
  for (const fact of ordered) {
    yield* known.spend(checkSteps);
    if (isAllowed(known, input, settled, fact)) return fact;
  }
  return ordered.at(-1) as EventFact;
}

/** `before` holds the event's own key, if anything does: all else comes from what is settled and what is unconflicted. */
function isAllowed(
  known: Known,
  input: ResolutionInput,
  settled: ReadonlyMap<string, EventFact>,
  fact: EventFact,
  before?: EventFact,
): boolean {
  known.work.checks++;
  const lookup: StateLookup = (type, stateKey) => {
    if (before !== undefined && type === before.event.type && stateKey === before.event.stateKey) return before.event;
    const shared = known.unconflicted(type, stateKey);
    return (settled.get(pairName(type, stateKey)) ?? (shared === undefined ? undefined : known.event(shared)))?.event;
  };
  return authorize(fact.event, input.rules, lookup, signaturesOf(input)).allowed;
}

/** Greatest depth first; of equal depth, the smaller SHA-1 of the event id. */
function deepestFirst(facts: readonly EventFact[]): EventFact[] {
  const hashed = facts.map((fact) => ({ fact, hash: sha1Hex(fact.event.eventId) }));
  hashed.sort((a, b) => b.fact.event.depth - a.fact.event.depth || (a.hash < b.hash ? -1 : 1));
  return hashed.map(({ fact }) => fact);
}

function settle(state: Map<string, EventFact>, fact: EventFact): void {
  state.set(pairName(fact.event.type, fact.event.stateKey as string), fact);
}
