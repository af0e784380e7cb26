import type { Level, PowerLevels } from '../auth/power.ts';
import { powerLevels, userLevel } from '../auth/power.ts';
import { compareCodePoints } from '../json/canonical.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { type Citations, citedFirst } from './cited-first.ts';
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
  const graph = withConflictedChains(known, full);
  yield* known.loadEvents([create, ...graph.others]);
  const outside = graph.others.map((number) => known.event(number));
  const createEvent = rules.roomIdIsCreateHash ? known.event(create)?.event : undefined;
  const levels: Level[] = [];
  const times = new Float64Array(graph.facts.length);
  for (const [index, { event }] of graph.facts.entries()) {
    yield* known.spend(levelSteps);
    levels.push(userLevel(powerOf(graph, index, outside, rules, createEvent), event.sender));
    times[index] = event.originServerTs;
  }
  return citedFirst(graph, inPowerOrder(graph.facts, levels, times)).map((index) => graph.numbers[index] as number);
}

/** The events to sort and all that they cite. There are many, so each list has its items side by side and none is looked up twice. */
type Graph = Citations & {
  readonly facts: readonly EventFact[];
  readonly numbers: readonly number[];
  /** What they cite that is not among them: the first of these is cited as −1, the next as −2. */
  readonly others: readonly number[];
};

function withConflictedChains(known: Known, full: ReadonlySet<number>): Graph {
  const facts: EventFact[] = [];
  const numbers: number[] = [];
  const others: number[] = [];
  const cited: number[] = [];
  const ends: number[] = [];
  const indexOf = new Map<number, number>();
  const add = (number: number, fact: EventFact | undefined): number => {
    const index = fact === undefined ? -others.push(number) : facts.push(fact) - 1;
    if (fact !== undefined) numbers.push(number);
    indexOf.set(number, index);
    return index;
  };
  for (const number of full) {
    const fact = known.event(number);
    if (fact !== undefined && isPowerEvent(fact)) add(number, fact);
  }
  // A list may grow while it is walked; bounded by the full conflicted set.
  for (const { authEvents } of facts) {
    for (const auth of authEvents) cited.push(indexOf.get(auth) ?? add(auth, full.has(auth) ? known.event(auth) : undefined));
    ends.push(cited.length);
  }
  return { facts, numbers, others, cited, ends };
}

/** The power levels by an event's own auth events; in v12 the room, not an auth event, names the creators. */
function powerOf(
  { facts, cited, ends }: Graph,
  index: number,
  outside: readonly (EventFact | undefined)[],
  rules: RoomVersionRules,
  roomCreate: EventFact['event'] | undefined,
): PowerLevels {
  let levels: EventFact['event'] | undefined;
  let createEvent = roomCreate;
  for (let at = ends[index - 1] ?? 0; at < (ends[index] as number); at += 1) {
    const auth = cited[at] as number;
    const event = (auth < 0 ? outside[-1 - auth] : facts[auth])?.event;
    if (event?.stateKey !== '') continue;
    if (event.type === 'm.room.power_levels') levels ??= event;
    else if (event.type === 'm.room.create') createEvent ??= event;
  }
  return powerLevels(rules, createEvent, levels);
}

/**
 * The indexes in the order that the events would have if none cited another.
 *
 * @param times the events' `origin_server_ts` side by side, for they are compared most
 */
function inPowerOrder(facts: readonly EventFact[], levels: readonly Level[], times: Float64Array): Uint32Array {
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
