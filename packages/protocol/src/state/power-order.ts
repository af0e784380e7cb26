import type { Level } from '../auth/power.ts';
import { powerLevels, userLevel } from '../auth/power.ts';
import { compareCodePoints } from '../json/canonical.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { citedFirst } from './cited-first.ts';
import { type Known, levelSteps } from './known.ts';
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
  const { facts, edges, others } = withConflictedChains(known, full);
  yield* known.loadEvents([create, ...others]);
  const createEvent = rules.roomIdIsCreateHash ? known.event(create)?.event : undefined;
  const levels: Level[] = [];
  for (const fact of facts) {
    yield* known.spend(levelSteps);
    levels.push(senderLevel(known, fact, rules, createEvent));
  }
  return citedFirst(edges, inPowerOrder(facts, levels)).map((index) => (facts[index] as EventFact).number);
}

/** The events to sort, and who cites whom among them, see `citedFirst`. */
type Graph = {
  readonly facts: readonly EventFact[];
  readonly edges: readonly number[];
  /** What they cite that is not among them. */
  readonly others: ReadonlySet<number>;
};

function withConflictedChains(known: Known, full: ReadonlySet<number>): Graph {
  const facts: EventFact[] = [];
  const edges: number[] = [];
  const others = new Set<number>();
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
  for (let citing = 0; citing < facts.length; citing += 1) {
    for (const auth of (facts[citing] as EventFact).authEvents) {
      const cited = indexOf.get(auth) ?? (full.has(auth) ? add(known.event(auth)) : undefined);
      if (cited === undefined) others.add(auth);
      else edges.push(cited, citing);
    }
  }
  return { facts, edges, others };
}

/** The power of an event's sender by the event's own auth events; in v12 the room, not an auth event, names the creators. */
function senderLevel(known: Known, fact: EventFact, rules: RoomVersionRules, roomCreate: EventFact['event'] | undefined): Level {
  let levels: EventFact['event'] | undefined;
  let createEvent = roomCreate;
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
  return firstNumbers(facts.length).sort((a, b) => {
    const levelOfA = levels[a] as Level;
    const levelOfB = levels[b] as Level;
    if (levelOfA !== levelOfB) return levelOfA > levelOfB ? -1 : 1;
    const earlier = (times[a] as number) - (times[b] as number);
    return earlier === 0 ? compareIds(facts[a] as EventFact, facts[b] as EventFact) : earlier;
  });
}

function firstNumbers(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let number = 0; number < count; number += 1) numbers[number] = number;
  return numbers;
}

/** The last two comparisons of both orders: time, then event id. */
export function isOlder(a: EventFact, b: EventFact): boolean {
  if (a.event.originServerTs !== b.event.originServerTs) return a.event.originServerTs < b.event.originServerTs;
  return compareIds(a, b) < 0;
}

function compareIds(a: EventFact, b: EventFact): number {
  return compareCodePoints(a.event.eventId, b.event.eventId);
}
