import type { Level } from '../auth/power.ts';
import { powerLevels, userLevel } from '../auth/power.ts';
import { compareCodePoints } from '../json/canonical.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { type Known, levelSteps } from './known.ts';
import type { EventFact, Steps } from './request.ts';
import { SmallestFirst } from './smallest-first.ts';

/** Power levels, join rules, kicks and bans: events that may take somebody's ability to do something. */
export function isPowerEvent({ event }: EventFact): boolean {
  if (event.stateKey === undefined) return false;
  if (event.type === 'm.room.power_levels' || event.type === 'm.room.join_rules') return true;
  const { membership } = event.content;
  return event.type === 'm.room.member' && (membership === 'leave' || membership === 'ban') && event.sender !== event.stateKey;
}

/**
 * The power events of the full conflicted set, with all that they lead to inside it, in reverse topological power order:
 * what is cited comes first; among what could come next, greater power of the sender, then the earlier
 * `origin_server_ts`, then the smaller event id.
 *
 * Only paths that stay inside the full conflicted set count, as all servers in use have it.
 */
export function* orderPowerEvents(
  known: Known,
  full: ReadonlySet<number>,
  rules: RoomVersionRules,
  create: number,
): Steps<readonly number[]> {
  const graph = withConflictedChains(known, full);
  yield* known.loadEvents(citedBy(graph.facts, create));
  const levels: Level[] = [];
  for (const fact of graph.facts) {
    yield* known.spend(levelSteps);
    levels.push(senderLevel(known, fact, rules, create));
  }
  return citedFirst(graph, inPowerOrder(graph.facts, levels));
}

/** The events to sort, and who cites whom among them: pairs of the cited event's index and the citing one's. */
type Graph = { readonly facts: readonly EventFact[]; readonly edges: readonly number[] };

function withConflictedChains(known: Known, full: ReadonlySet<number>): Graph {
  const facts: EventFact[] = [];
  const edges: number[] = [];
  const indexOf = new Map<number, number>();
  const add = (fact: EventFact | undefined): number | undefined => {
    if (fact === undefined) return undefined;
    indexOf.set(fact.number, facts.length);
    return facts.push(fact) - 1;
  };
  for (const number of full) {
    const fact = known.event(number);
    if (fact !== undefined && isPowerEvent(fact)) add(fact);
  }
  // A list may grow while it is walked; bounded by the full conflicted set.
  for (const [citing, { authEvents }] of facts.entries()) {
    for (const auth of authEvents) {
      const cited = indexOf.get(auth) ?? (full.has(auth) ? add(known.event(auth)) : undefined);
      if (cited !== undefined) edges.push(cited, citing);
    }
  }
  return { facts, edges };
}

function* citedBy(facts: readonly EventFact[], create: number): Iterable<number> {
  yield create;
  for (const { authEvents } of facts) yield* authEvents;
}

/** The power of an event's sender by the event's own auth events; in v12 the room, not an auth event, names the creators. */
function senderLevel(known: Known, fact: EventFact, rules: RoomVersionRules, create: number): Level {
  let levels: EventFact['event'] | undefined;
  let createEvent = rules.roomIdIsCreateHash ? known.event(create)?.event : undefined;
  for (const auth of fact.authEvents) {
    const cited = known.event(auth)?.event;
    if (cited?.stateKey !== '') continue;
    if (cited.type === 'm.room.power_levels') levels ??= cited;
    else if (cited.type === 'm.room.create') createEvent ??= cited;
  }
  return userLevel(powerLevels(rules, createEvent, levels), fact.event.sender);
}

/** The indexes in the order that the events would have if none cited another. Times lie side by side, for they are compared most. */
function inPowerOrder(facts: readonly EventFact[], levels: readonly Level[]): Uint32Array {
  const times = Float64Array.from(facts, ({ event }) => event.originServerTs);
  return Uint32Array.from(facts.keys()).sort((a, b) => {
    const [levelOfA, levelOfB] = [levels[a] as Level, levels[b] as Level];
    if (levelOfA !== levelOfB) return levelOfA > levelOfB ? -1 : 1;
    const earlier = (times[a] as number) - (times[b] as number);
    return earlier === 0 ? compareIds(facts[a] as EventFact, facts[b] as EventFact) : earlier;
  });
}

/** Kahn's algorithm. An event is known by its place in the order that `inOrder` gives, so the smallest place comes next. */
function citedFirst({ facts, edges }: Graph, inOrder: Uint32Array): readonly number[] {
  const placeOf = new Uint32Array(facts.length);
  inOrder.forEach((index, place) => (placeOf[index] = place));
  const waitsFor = new Uint32Array(facts.length);
  const citers = citersByPlace(edges, placeOf, waitsFor);
  const ready = new SmallestFirst(facts.length);
  for (const [place, count] of waitsFor.entries()) if (count === 0) ready.add(place);
  const order: number[] = [];
  for (let place = ready.take(); place !== undefined; place = ready.take()) {
    order.push((facts[inOrder[place] as number] as EventFact).number);
    for (const citer of citers(place)) {
      const left = (waitsFor[citer] as number) - 1;
      waitsFor[citer] = left;
      if (left === 0) ready.add(citer);
    }
  }
  return order;
}

/** Counts what each place waits for, and gives the places that cite one: lists of one array, each behind the other. */
function citersByPlace(edges: readonly number[], placeOf: Uint32Array, waitsFor: Uint32Array): (place: number) => Uint32Array {
  const ends = new Uint32Array(placeOf.length + 1);
  for (let at = 0; at < edges.length; at += 2) {
    const [cited, citing] = [placeOf[edges[at] as number] as number, placeOf[edges[at + 1] as number] as number];
    ends[cited + 1] = (ends[cited + 1] as number) + 1;
    waitsFor[citing] = (waitsFor[citing] as number) + 1;
  }
  for (let place = 0; place < placeOf.length; place += 1) ends[place + 1] = (ends[place + 1] as number) + (ends[place] as number);
  const starts = ends.slice();
  const all = new Uint32Array(edges.length / 2);
  for (let at = 0; at < edges.length; at += 2) {
    const cited = placeOf[edges[at] as number] as number;
    all[starts[cited] as number] = placeOf[edges[at + 1] as number] as number;
    starts[cited] = (starts[cited] as number) + 1;
  }
  return (place) => all.subarray(ends[place], ends[place + 1]);
}

/** The last two comparisons of both orders: time, then event id. */
export function isOlder(a: EventFact, b: EventFact): boolean {
  if (a.event.originServerTs !== b.event.originServerTs) return a.event.originServerTs < b.event.originServerTs;
  return compareIds(a, b) < 0;
}

function compareIds(a: EventFact, b: EventFact): number {
  return compareCodePoints(a.event.eventId, b.event.eventId);
}
