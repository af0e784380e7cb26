import type { RoomHead } from '../../engine/room-head.ts';
import type { RoomsDeps } from '../deps.ts';
import type { Pair } from './pair.ts';
import { isJsonObject, membershipOf } from '@hearth/protocol';

/** Rooms of one list that are looked at, the latest. */
const listedMax = 20;

/** A room in which the two are alone, or may come to be. */
export type SharedRoom = {
  readonly head: RoomHead;
  readonly own: string;
  readonly theirs: string;
  /** The room that replaces it. */
  readonly replacement: string | undefined;
};

/**
 * Direct rooms of the two: the one that was made for them, and those that they made by themselves. What the partner lists counts if they
 * have made it, else they could have any room of two people replaced.
 */
export async function sharedRooms(deps: RoomsDeps, { requester, partner }: Pair, pairRoom: number | undefined): Promise<SharedRoom[]> {
  const { engine, directRooms } = deps;
  const own = (await directRooms.listed(requester.user, partner.userId)).slice(-listedMax);
  const theirs = (await directRooms.listed(partner.user, requester.userId)).slice(-listedMax);
  const found = new Map<number, SharedRoom>();
  const look = async (head: RoomHead | undefined, creator?: string): Promise<void> => {
    const isNew = head !== undefined && !found.has(head.number);
    const shared = isNew ? await sharedRoom(deps, { requester, partner }, head, creator) : undefined;
    if (shared) found.set(shared.head.number, shared);
  };
  if (pairRoom !== undefined) await look(await engine.roomByNumber(pairRoom));
  for (const id of own) await look(await engine.room(id));
  for (const id of theirs) await look(await engine.room(id), partner.userId);
  return [...found.values()];
}

async function sharedRoom(
  { engine, isBlocked }: RoomsDeps,
  { requester, partner }: Pair,
  head: RoomHead,
  creator: string | undefined,
): Promise<SharedRoom | undefined> {
  if (head.joinedMembers + head.invitedMembers > 2) return undefined;
  const [create, own, theirs, tombstone] = await engine.currentState(head).getMany([
    ['m.room.create', ''],
    ['m.room.member', requester.userId],
    ['m.room.member', partner.userId],
    ['m.room.tombstone', ''],
  ]);
  if ((creator !== undefined && create?.event.sender !== creator) || (await isBlocked(head.roomId))) return undefined;
  const memberships = { own: membershipOf(own?.event.content), theirs: membershipOf(theirs?.event.content) };
  const others =
    head.joinedMembers + head.invitedMembers - Object.values(memberships).filter((membership) => present.has(membership)).length;
  if (others > 0) return undefined;
  const content = tombstone?.event.content;
  const replacement = isJsonObject(content) && typeof content['replacement_room'] === 'string' ? content['replacement_room'] : undefined;
  return { head, ...memberships, replacement: tombstone ? (replacement ?? '') : undefined };
}

const present: ReadonlySet<string> = new Set(['join', 'invite']);

/** Rooms in which both are, or at least invited, best first: where both have come in before others, then by id, so that everybody finds the same. */
export function usable(rooms: readonly SharedRoom[]): SharedRoom[] {
  return rooms
    .filter(({ own, theirs, replacement }) => replacement === undefined && present.has(own) && present.has(theirs))
    .toSorted((a, b) => Number(isSettled(b)) - Number(isSettled(a)) || (a.head.roomId < b.head.roomId ? -1 : 1));
}

function isSettled({ own, theirs }: SharedRoom): boolean {
  return own === 'join' && theirs === 'join';
}
