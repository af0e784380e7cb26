import { breather } from '../../engine/breathe.ts';
import { isShown } from '../other-rooms.ts';
import type { Look, SlidingDeps } from './deps.ts';
import type { ListConfig, RoomConfig } from './request.ts';
import { union } from './required-state.ts';
import { compileFilters } from './room-filters.ts';

/** A room that the client wants to be told of, and by which lists. */
export type ListedRoom = RoomConfig & { readonly subscribedAs: string | undefined; readonly lists: readonly string[] };

export type ListedRooms = {
  /** How many rooms are in each list, whatever its ranges. */
  readonly counts: ReadonlyMap<string, number>;
  /** Rooms within the ranges and those subscribed to, these first. */
  readonly rooms: ReadonlyMap<number, ListedRoom>;
};

type Candidate = { readonly room: number; readonly membership: string };
type Rules = { readonly configs: RoomConfig[]; readonly lists: string[]; subscribedAs: string | undefined };

/** Which rooms the request is about now. Works in memory, but for what filters ask of rooms that nobody asked about before. */
export async function listedRooms(deps: SlidingDeps, look: Look): Promise<ListedRooms> {
  const { request, context, direct } = look;
  const candidates = await candidatesOf(deps, look);
  const rules = new Map<number, Rules>();
  const rulesOf = (room: number): Rules => {
    const known = rules.get(room);
    if (known) return known;
    const made: Rules = { configs: [], lists: [], subscribedAs: undefined };
    rules.set(room, made);
    return made;
  };
  const mayBeSeen = new Set(candidates.map(({ room }) => room));
  for (const [roomId, config] of request.subscriptions) {
    const room = await deps.engine.room(roomId);
    if (!room || !mayBeSeen.has(room.number)) continue;
    const own = rulesOf(room.number);
    own.configs.push(config);
    own.subscribedAs = roomId;
  }
  const counts = new Map<string, number>();
  const reader = { user: context.requester.user, direct, isJoined: (room: number) => context.joined.has(room) };
  for (const [name, list] of request.lists) {
    const fitting = await filtered(deps, candidates, await compileFilters(deps, reader, list.filters));
    counts.set(name, fitting.length);
    for (const place of placesIn(list, fitting.length)) {
      const own = rulesOf((fitting[place] as Candidate).room);
      own.configs.push(list);
      own.lists.push(name);
    }
  }
  return { counts, rooms: new Map([...rules].map(([room, own]) => [room, combined(own)])) };
}

/** Rooms of the reader that a list may show, in the order of their last events. */
async function candidatesOf(deps: SlidingDeps, look: Look): Promise<Candidate[]> {
  const { recency, memberships, engine, clock } = deps;
  const { userRooms, requester, joined } = look.context;
  const { last, removedFrom } = await memberships.of(requester.user, requester.userId);
  const breathe = breather(clock);
  const candidates: Candidate[] = [];
  for (const [room, { membership, forgotten }] of userRooms) {
    await breathe();
    const invitation = membership === 'invite' ? await engine.event(last.get(room)?.event ?? 0) : undefined;
    if (invitation && !(await isShown(deps, look.context, invitation.event.sender))) continue;
    const isLeft = membership === 'leave' || membership === 'ban';
    if (!isLeft || isStillShown(look, room, forgotten, removedFrom)) candidates.push({ room, membership });
  }
  const positions = new Map(await recency.of(joined));
  for (const { room, membership } of candidates) if (membership !== 'join') positions.set(room, last.get(room)?.position ?? 0);
  const at = (room: number): number => positions.get(room) ?? 0;
  return candidates.toSorted((a, b) => at(b.room) - at(a.room) || b.room - a.room);
}

/** Who left by themselves knows it; a client that shows the room is told, and who was put out finds the room with the reason in it. */
function isStillShown({ connection, context }: Look, room: number, forgotten: boolean, removedFrom: ReadonlySet<number>): boolean {
  const isKnown = connection.rooms.has(room);
  return forgotten ? isKnown && context.memberships.has(room) : isKnown || removedFrom.has(room);
}

async function filtered(
  { clock }: SlidingDeps,
  candidates: readonly Candidate[],
  fits: Awaited<ReturnType<typeof compileFilters>>,
): Promise<Candidate[]> {
  const breathe = breather(clock);
  const fitting: Candidate[] = [];
  for (const candidate of candidates) {
    await breathe();
    const answer = fits(candidate);
    if (typeof answer === 'boolean' ? answer : await answer) fitting.push(candidate);
  }
  return fitting;
}

/** Places within the ranges, each once, however ranges lie over each other. */
function placesIn({ ranges = [[0, Number.MAX_SAFE_INTEGER]] }: ListConfig, count: number): number[] {
  const places: number[] = [];
  let next = 0;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    for (next = Math.max(next, first); next <= last && next < count; next += 1) places.push(next);
  }
  return places;
}

/** Rooms under several rules are told what any of them asks for. */
function combined({ configs, lists, subscribedAs }: Rules): ListedRoom {
  const wishes = new Map(configs.map(({ required }) => [required.text, required]));
  return { timeline: Math.max(...configs.map(({ timeline }) => timeline)), required: union([...wishes.values()]), lists, subscribedAs };
}
