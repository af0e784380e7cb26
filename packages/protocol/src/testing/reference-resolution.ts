/**
 * State resolution v2 and v2.1 once more, as plainly as the definitions read and without any thought of cost. Only tests
 * use it, to compare.
 */
import { stateTypesFor } from '../auth/auth-types.ts';
import { authorize } from '../auth/authorize.ts';
import { powerLevels, userLevel } from '../auth/power.ts';
import type { EventFact } from '../state/request.ts';
import { splitStates } from '../state/resolve.ts';
import type { MemoryRoom, State } from './memory-room.ts';

export function resolveByTheLetter(room: MemoryRoom, states: readonly State[]): State {
  const { unconflicted, sets } = splitStates(states);
  const conflicted = new Set(sets.flatMap((set) => [...set.values()]));
  if (conflicted.size === 0) return unconflicted;
  const isNewer = room.rules.stateResolution === 'v2.1';
  const full = new Set([...conflicted, ...differenceOfChains(room, states), ...(isNewer ? pathsBetween(room, conflicted) : [])]);

  const power = new Set<number>();
  for (const number of full) {
    if (!isPower(room.fact(number))) continue;
    power.add(number);
    for (const auth of chainInside(room, number, full)) power.add(auth);
  }
  const state = new Map(isNewer ? [] : unconflicted);
  applyAll(room, state, byPower(room, power));
  const top = state.get(room.keyOf('m.room.power_levels', ''));
  applyAll(
    room,
    state,
    byMainline(
      room,
      [...full].filter((number) => !power.has(number)),
      top,
    ),
  );
  return new Map([...state, ...unconflicted]);
}

export function chainOf(room: MemoryRoom, numbers: Iterable<number>): Set<number> {
  const chain = new Set(numbers);
  for (const number of chain) for (const auth of room.fact(number).authEvents) chain.add(auth);
  return chain;
}

export function differenceOfChains(room: MemoryRoom, states: readonly State[]): readonly number[] {
  const chains = states.map((state) => chainOf(room, state.values()));
  const union = new Set(chains.flatMap((chain) => [...chain]));
  return [...union].filter((number) => !chains.every((chain) => chain.has(number)));
}

export function pathsBetween(room: MemoryRoom, conflicted: ReadonlySet<number>): readonly number[] {
  const below = chainOf(room, conflicted);
  return [...below].filter((number) => [...chainOf(room, [number])].some((auth) => conflicted.has(auth)));
}

function chainInside(room: MemoryRoom, start: number, full: ReadonlySet<number>): Set<number> {
  const chain = new Set([start]);
  for (const number of chain) for (const auth of room.fact(number).authEvents) if (full.has(auth)) chain.add(auth);
  return chain;
}

function isPower({ event }: EventFact): boolean {
  if (['m.room.power_levels', 'm.room.join_rules'].includes(event.type)) return true;
  const { membership } = event.content;
  const isRemoval = membership === 'leave' || membership === 'ban';
  return event.type === 'm.room.member' && isRemoval && event.sender !== event.stateKey;
}

/** Always takes the smallest of all events whose auth events are out. */
function byPower(room: MemoryRoom, numbers: ReadonlySet<number>): readonly number[] {
  const left = new Set(numbers);
  const order: number[] = [];
  while (left.size > 0) {
    const ready = [...left].filter((number) => !room.fact(number).authEvents.some((auth) => left.has(auth)));
    const [next] = ready.sort((a, b) => comparePower(room, a, b)) as [number];
    order.push(next);
    left.delete(next);
  }
  return order;
}

function comparePower(room: MemoryRoom, a: number, b: number): number {
  const [x, y] = [levelOf(room, a), levelOf(room, b)];
  return x > y ? -1 : x < y ? 1 : compareAge(room, a, b);
}

function levelOf(room: MemoryRoom, number: number): number {
  const cited = room.fact(number).authEvents.map((auth) => room.fact(auth).event);
  const create = room.rules.roomIdIsCreateHash ? room.fact(0).event : cited.find((e) => e.type === 'm.room.create');
  const levels = cited.find((e) => e.type === 'm.room.power_levels');
  return Number(userLevel(powerLevels(room.rules, create, levels), room.fact(number).event.sender));
}

function compareAge(room: MemoryRoom, a: number, b: number): number {
  const [x, y] = [room.fact(a).event, room.fact(b).event];
  return x.originServerTs - y.originServerTs || (x.eventId < y.eventId ? -1 : 1);
}

function citedLevels(room: MemoryRoom, number: number): number | undefined {
  return room.fact(number).authEvents.find((auth) => room.fact(auth).event.type === 'm.room.power_levels');
}

function byMainline(room: MemoryRoom, numbers: readonly number[], top: number | undefined): readonly number[] {
  const mainline: number[] = [];
  for (let at = top; at !== undefined; at = citedLevels(room, at)) mainline.push(at);
  const position = (number: number): number => {
    for (let at = citedLevels(room, number); at !== undefined; at = citedLevels(room, at)) {
      if (mainline.includes(at)) return mainline.indexOf(at);
    }
    return Infinity;
  };
  const positions = new Map(numbers.map((number) => [number, position(number)]));
  return [...numbers].sort((a, b) => {
    const [x, y] = [positions.get(a) as number, positions.get(b) as number];
    return x === y ? compareAge(room, a, b) : y - x;
  });
}

function applyAll(room: MemoryRoom, state: Map<number, number>, order: readonly number[]): void {
  for (const number of order) {
    const { event, rejected, authEvents, key } = room.fact(number);
    if (rejected || event.stateKey === undefined) continue;
    const lookup = new Map<number, number>();
    for (const auth of authEvents) lookup.set(room.fact(auth).key, auth);
    if (room.rules.roomIdIsCreateHash) lookup.set(room.fact(0).key, 0);
    for (const [type, stateKey] of stateTypesFor(event, room.rules)) {
      const wanted = room.keyOf(type, stateKey);
      const current = state.get(wanted);
      if (current !== undefined) lookup.set(wanted, current);
    }
    const find = (type: string, stateKey: string): EventFact['event'] | undefined => {
      const found = lookup.get(room.keyOf(type, stateKey));
      return found === undefined || room.fact(found).rejected ? undefined : room.fact(found).event;
    };
    const facts = { signedBy: () => true, verifySigned: () => true };
    if (authorize(event, room.rules, find, facts).allowed) state.set(key, number);
  }
}
