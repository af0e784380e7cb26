import { pointAt } from '../engine/room-point.ts';
import { readMembershipEntry } from '../streams/membership-entry.ts';
import type { UserRoom } from '../streams/user-rooms.ts';
import type { KeysDeps } from './deps.ts';
import { readMembers, readSharedRooms } from './shared-rooms.ts';
import { membershipOf } from '@hearth/protocol';
import { type StreamEntry, streamKinds } from '@hearth/storage';

/**
 * Whose keys a client has to ask for again, and whom it need not watch any more, in the words of
 * https://spec.matrix.org/v1.19/client-server-api/#tracking-the-device-list-for-a-user:
 *
 * - *changed*: users who share a room with the reader and whose devices or keys changed within the window (each such change is a stream
 *   row in the rooms that its user was in), and users who share a room, or an encrypted one, since the window began;
 * - *left*: users who shared a room, or an encrypted one, when it began, and share none now.
 *
 * Who shares what is found from the differences of the rooms' states: the cost is what changed. Somebody invited counts as being in
 * the room, for they will read what is written from now on; for the reader only joined rooms count.
 */
export type DeviceLists = { readonly changed: readonly string[]; readonly left: readonly string[] };

export type DeviceListWindow = {
  readonly user: number;
  readonly userId: string;
  readonly since: number;
  readonly upTo: number;
  readonly userRooms: ReadonlyMap<number, UserRoom>;
  /** Of the rooms that the reader is joined to, those with anything new in the stream. */
  readonly changedRooms: readonly number[];
  readonly ownEntries: (kind: number) => Promise<readonly StreamEntry[]>;
};

type ListDeps = Pick<KeysDeps, 'database' | 'engine' | 'changes'>;

/** In a larger room that is not encrypted, newcomers are not told of all members: nobody encrypts there. */
const plainMembersMax = 1_000;

export async function deviceLists(deps: ListDeps, window: DeviceListWindow): Promise<DeviceLists> {
  const { since, upTo, changedRooms } = window;
  const changed = new Set(await deps.changes.roomsSubjects(changedRooms, streamKinds.deviceList, since, upTo));
  for (const { subject } of await window.ownEntries(streamKinds.deviceList)) changed.add(subject);
  const meetings = new Meetings();
  for (const room of await roomsToCompare(deps, window)) await compareRoom(deps, window, room, meetings);
  const { newlyShared, left } = await meetings.outcome(deps, window);
  for (const other of newlyShared) changed.add(other);
  for (const other of left) changed.delete(other);
  return { changed: await deps.engine.userIds([...changed]), left: await deps.engine.userIds([...left]) };
}

/** What happened to one room, from the reader's side. */
type RoomChange = {
  readonly room: number;
  readonly isJoined: boolean;
  /** The state at the beginning of the window, if the reader was in the room then. */
  readonly before: number | undefined;
  /** Whether the reader has been in it all the time. */
  readonly stayed: boolean;
};

/** Rooms in which the reader's own membership changed, and joined ones whose state may have changed. */
async function roomsToCompare(deps: ListDeps, window: DeviceListWindow): Promise<RoomChange[]> {
  const { userId, since, userRooms, changedRooms } = window;
  const own = new Map<number, boolean>();
  for (const entry of await window.ownEntries(streamKinds.membership)) {
    const { room, membership } = readMembershipEntry(entry);
    own.set(room, (own.get(room) ?? true) && membership === 'join');
  }
  const found: RoomChange[] = [];
  for (const room of new Set([...changedRooms, ...own.keys()])) {
    const isJoined = userRooms.get(room)?.membership === 'join';
    const before = (await pointAt(deps, room, since))?.state;
    const state = before === undefined || !own.has(room) ? undefined : await deps.engine.stateAt(room, before);
    const wasJoined = own.has(room)
      ? membershipOf((await state?.get('m.room.member', userId))?.event.content) === 'join'
      : before !== undefined;
    if (isJoined || wasJoined)
      found.push({ room, isJoined, before: wasJoined ? before : undefined, stayed: wasJoined && (own.get(room) ?? true) });
  }
  return found;
}

async function compareRoom(deps: ListDeps, window: DeviceListWindow, change: RoomChange, meetings: Meetings): Promise<void> {
  const { room, isJoined, before, stayed } = change;
  const after = (await pointAt(deps, room, window.upTo))?.state;
  if (stayed && after === before) return;
  const isEncrypted = await meetings.isEncrypted(deps, room);
  if (isJoined && before !== undefined && after !== undefined) await compareStates(deps, window, room, [before, after], meetings);
  if (isJoined && stayed && !meetings.isNewlyEncrypted(room)) return;
  if (isJoined && !stayed) meetings.interrupted(room);
  const head = await deps.engine.roomByNumber(room);
  if (!isEncrypted && (head?.joinedMembers ?? 0) > plainMembersMax) return;
  // The reader came, went, or was away for a while; or the room became encrypted: it concerns everybody.
  if (isJoined) for (const other of await readMembers(deps.database.reader, room)) meetings.met(room, other);
  else if (before !== undefined) for (const other of await membersAt(deps, room, before)) meetings.parted(room, other);
}

async function compareStates(
  deps: ListDeps,
  { upTo, since }: DeviceListWindow,
  room: number,
  [before, after]: readonly [number, number],
  meetings: Meetings,
): Promise<void> {
  for (const difference of await deps.engine.stateDifference(room, before, after)) {
    const event = (difference.after ?? difference.before)?.event;
    if (event?.type === 'm.room.encryption' && event.stateKey === '' && !difference.before) meetings.becameEncrypted(room);
    if (event?.type !== 'm.room.member' || event.stateKey === undefined) continue;
    const was = membershipOf(difference.before?.event.content);
    const is = membershipOf(difference.after?.event.content);
    const other = await deps.engine.findUser(event.stateKey);
    if (other === undefined || !(isAudience(was) || isAudience(is))) continue;
    if (!isAudience(is)) meetings.parted(room, other);
    // A new name is no new membership, unless they were gone in between.
    else if (was !== is || (await wasAway(deps, other, room, since, upTo))) meetings.met(room, other);
  }
}

/** The members at the beginning: who came after the reader went is not theirs to know. */
async function membersAt({ engine }: ListDeps, room: number, state: number): Promise<number[]> {
  const members: number[] = [];
  for (const { event } of (await (await engine.stateAt(room, state))?.all()) ?? []) {
    if (event.type !== 'm.room.member' || event.stateKey === undefined || !isAudience(membershipOf(event.content))) continue;
    const member = await engine.findUser(event.stateKey);
    if (member !== undefined) members.push(member);
  }
  return members;
}

async function wasAway({ changes }: ListDeps, user: number, room: number, since: number, upTo: number): Promise<boolean> {
  const entries = await changes.userEntries(user, streamKinds.membership, since, upTo);
  return entries.map(readMembershipEntry).some((entry) => entry.room === room && !isAudience(entry.membership));
}

function isAudience(membership: string): boolean {
  return membership === 'join' || membership === 'invite';
}

/** Who came to share a room with the reader, and who went; and what that means in sight of all the other rooms they share. */
class Meetings {
  readonly #met = new Map<number, Set<number>>();
  /** With whether one of the rooms was encrypted. */
  readonly #parted = new Map<number, boolean>();
  readonly #encrypted = new Map<number, boolean>();
  readonly #newlyEncrypted = new Set<number>();
  readonly #interrupted = new Set<number>();

  met(room: number, other: number): void {
    const rooms = this.#met.get(other);
    if (rooms) rooms.add(room);
    else this.#met.set(other, new Set([room]));
  }

  parted(room: number, other: number): void {
    this.#parted.set(other, (this.#parted.get(other) ?? false) || (this.#encrypted.get(room) ?? false));
  }

  becameEncrypted(room: number): void {
    this.#newlyEncrypted.add(room);
  }

  isNewlyEncrypted(room: number): boolean {
    return this.#newlyEncrypted.has(room);
  }

  /** The reader was not in this room all the time. */
  interrupted(room: number): void {
    this.#interrupted.add(room);
  }

  async isEncrypted({ engine }: ListDeps, room: number): Promise<boolean> {
    const known = this.#encrypted.get(room);
    if (known !== undefined) return known;
    const head = await engine.roomByNumber(room);
    const isEncrypted = head !== undefined && (await engine.currentState(head).get('m.room.encryption', '')) !== undefined;
    this.#encrypted.set(room, isEncrypted);
    return isEncrypted;
  }

  async outcome(deps: ListDeps, { user, userRooms }: DeviceListWindow): Promise<{ newlyShared: Set<number>; left: Set<number> }> {
    const newlyShared = new Set<number>();
    const left = new Set<number>();
    const others = [...new Set([...this.#met.keys(), ...this.#parted.keys()])].filter((other) => other !== user);
    if (others.length === 0) return { newlyShared, left };
    const joined = [...userRooms].filter(([, { membership }]) => membership === 'join').map(([room]) => room);
    const shared = await readSharedRooms(deps.database.reader, others, joined);
    for (const [other, rooms] of shared) {
      const encrypted: number[] = [];
      for (const room of rooms) if (await this.isEncrypted(deps, room)) encrypted.push(room);
      const newRooms = this.#met.get(other);
      if (newRooms && this.#isNew(encrypted.length > 0 ? encrypted : rooms, newRooms)) newlyShared.add(other);
      const wasEncrypted = this.#parted.get(other);
      if (wasEncrypted !== undefined && (rooms.length === 0 || (wasEncrypted && encrypted.length === 0))) left.add(other);
    }
    return { newlyShared, left };
  }

  /** None of the rooms was shared all the time. */
  #isNew(rooms: readonly number[], newRooms: ReadonlySet<number>): boolean {
    return rooms.length > 0 && rooms.every((room) => newRooms.has(room) || this.#interrupted.has(room));
  }
}
