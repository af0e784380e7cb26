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
  const chosen = withConflictedChains(known, full);
  yield* known.loadEvents([create, ...[...chosen].flatMap((number) => known.authEventsOf(number))]);
  const candidates = new Map<number, Candidate>();
  for (const number of chosen) {
    const fact = known.event(number);
    if (fact !== undefined) candidates.set(number, { fact, level: senderLevel(known, fact, rules, create), waitsFor: 0, citedBy: [] });
  }
  return sortCitedFirst(known, candidates);
}

type Candidate = { readonly fact: EventFact; readonly level: Level; waitsFor: number; readonly citedBy: Candidate[] };

function withConflictedChains(known: Known, full: ReadonlySet<number>): ReadonlySet<number> {
  const chosen = new Set([...full].filter((number) => isPowerEventNumber(known, number)));
  // A set may grow while it is walked; bounded by the full conflicted set.
  for (const number of chosen) {
    for (const auth of known.authEventsOf(number)) if (full.has(auth)) chosen.add(auth);
  }
  return chosen;
}

function isPowerEventNumber(known: Known, number: number): boolean {
  const fact = known.event(number);
  return fact !== undefined && isPowerEvent(fact);
}

/** The power of an event's sender by the event's own auth events; in v12 the room, not an auth event, names the creators. */
function senderLevel(known: Known, fact: EventFact, rules: RoomVersionRules, create: number): Level {
  const cited = known.authEventsOf(fact.number).map((number) => known.event(number)?.event);
  const levels = cited.find((event) => event?.type === 'm.room.power_levels' && event.stateKey === '');
  const citedCreate = cited.find((event) => event?.type === 'm.room.create' && event.stateKey === '');
  const createEvent = rules.roomIdIsCreateHash ? known.event(create)?.event : citedCreate;
  return userLevel(powerLevels(rules, createEvent, levels), fact.event.sender);
}

/** Kahn's algorithm with a heap. */
function sortCitedFirst(known: Known, candidates: ReadonlyMap<number, Candidate>): readonly number[] {
  for (const candidate of candidates.values()) {
    for (const auth of known.authEventsOf(candidate.fact.number)) {
      const cited = candidates.get(auth);
      if (cited === undefined) continue;
      candidate.waitsFor++;
      cited.citedBy.push(candidate);
    }
  }
  const ready = new Heap(comesBefore);
  for (const candidate of candidates.values()) if (candidate.waitsFor === 0) ready.push(candidate);
  const order: number[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    order.push(next.fact.number);
    for (const citer of next.citedBy) if (--citer.waitsFor === 0) ready.push(citer);
  }
  return order;
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  if (a.level > b.level) return true;
  if (a.level < b.level) return false;
  return isOlder(a.fact, b.fact);
}

/** The last two comparisons of both orders: time, then event id. */
export function isOlder(a: EventFact, b: EventFact): boolean {
  if (a.event.originServerTs !== b.event.originServerTs) return a.event.originServerTs < b.event.originServerTs;
  return compareCodePoints(a.event.eventId, b.event.eventId) < 0;
}
