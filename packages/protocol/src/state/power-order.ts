import type { Level } from '../auth/power.ts';
import { powerLevels, userLevel } from '../auth/power.ts';
import { compareCodePoints } from '../json/canonical.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { Heap } from './heap.ts';
import type { Known } from './known.ts';
import type { EventFact, Steps } from './request.ts';

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
  const { facts, indexOf } = withConflictedChains(known, full);
  yield* known.loadEvents(citedBy(facts, create));
  const levels = facts.map((fact) => senderLevel(known, fact, rules, create));
  return citedFirst(facts, indexOf, inPowerOrder(facts, levels));
}

/** The events to sort, and each one's index among them by its number. */
type Chosen = { readonly facts: readonly EventFact[]; readonly indexOf: ReadonlyMap<number, number> };

function withConflictedChains(known: Known, full: ReadonlySet<number>): Chosen {
  const facts: EventFact[] = [];
  const indexOf = new Map<number, number>();
  const add = (fact: EventFact): void => {
    indexOf.set(fact.number, facts.length);
    facts.push(fact);
  };
  for (const number of full) {
    const fact = known.event(number);
    if (fact !== undefined && isPowerEvent(fact)) add(fact);
  }
  // A list may grow while it is walked; bounded by the full conflicted set.
  for (const { authEvents } of facts) {
    for (const auth of authEvents) {
      const fact = full.has(auth) && !indexOf.has(auth) ? known.event(auth) : undefined;
      if (fact !== undefined) add(fact);
    }
  }
  return { facts, indexOf };
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

type Edge = { readonly citer: number; readonly next: number };

/** Kahn's algorithm. What may come next waits in a heap as its place in the order that `inOrder` gives. */
function citedFirst(facts: readonly EventFact[], indexOf: ReadonlyMap<number, number>, inOrder: Uint32Array): readonly number[] {
  const placeOf = new Uint32Array(facts.length);
  inOrder.forEach((index, place) => (placeOf[index] = place));
  const waitsFor = new Uint32Array(facts.length);
  // Who cites an event: a linked list. Edge 0 ends it.
  const firstEdge = new Uint32Array(facts.length);
  const edges: Edge[] = [{ citer: 0, next: 0 }];
  facts.forEach(({ authEvents }, index) => {
    for (const auth of authEvents) {
      const cited = indexOf.get(auth);
      if (cited === undefined) continue;
      waitsFor[index] = (waitsFor[index] as number) + 1;
      edges.push({ citer: index, next: firstEdge[cited] as number });
      firstEdge[cited] = edges.length - 1;
    }
  });
  const ready = new Heap<number>((a, b) => a < b);
  for (const index of inOrder) if (waitsFor[index] === 0) ready.push(placeOf[index] as number);
  const order: number[] = [];
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    const index = inOrder[place] as number;
    order.push((facts[index] as EventFact).number);
    for (let edge = firstEdge[index] as number; edge !== 0; edge = (edges[edge] as Edge).next) {
      const { citer } = edges[edge] as Edge;
      const left = (waitsFor[citer] as number) - 1;
      waitsFor[citer] = left;
      if (left === 0) ready.push(placeOf[citer] as number);
    }
  }
  return order;
}

/** The last two comparisons of both orders: time, then event id. */
export function isOlder(a: EventFact, b: EventFact): boolean {
  if (a.event.originServerTs !== b.event.originServerTs) return a.event.originServerTs < b.event.originServerTs;
  return compareIds(a, b) < 0;
}

function compareIds(a: EventFact, b: EventFact): number {
  return compareCodePoints(a.event.eventId, b.event.eventId);
}
