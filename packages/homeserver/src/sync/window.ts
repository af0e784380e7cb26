import { membershipBefore } from '../engine/membership-before.ts';
import type { Requester } from '../http/route.ts';
import type { MembershipEnds } from '../streams/change-index.ts';
import type { SyncContext, SyncWindow } from '../streams/stream.ts';
import type { SyncToken } from '../streams/tokens.ts';
import type { UserRoom } from '../streams/user-rooms.ts';
import type { SyncDeps } from './deps.ts';
import type { CompiledSyncFilter } from '@hearth/protocol';

export type WindowRequest = {
  readonly requester: Requester;
  readonly filter: CompiledSyncFilter;
  /** Undefined for a first sync. */
  readonly since: SyncToken | undefined;
  readonly fullState: boolean;
  /** Where the window ends at the latest; now, if not given. */
  readonly upTo?: number;
  /** Who asks for other things than before wants the context also when nothing is new. */
  readonly evenIfQuiet?: boolean;
};

/** What there is to tell: the window and, if anything in it may concern the requester, all that sections need to know. */
export type News = { readonly window: SyncWindow; readonly context: NewsContext | undefined };

export type NewsContext = SyncContext & {
  /** Rooms joined within the window (none in a first sync: all are new there). */
  readonly newlyJoined: ReadonlySet<number>;
  /** How the requester's memberships changed within the window; empty in a first sync. */
  readonly memberships: ReadonlyMap<number, MembershipEnds>;
  readonly ignored: ReadonlySet<string>;
};

/** Takes the window from `since` to now. A request for which there is nothing new costs no statement, whatever the number of rooms. */
export async function takeNews(deps: SyncDeps, request: WindowRequest): Promise<News> {
  const { requester, since, fullState, evenIfQuiet = false } = request;
  const live = await deps.userRooms.of(requester.user);
  // Nothing is awaited between these: the rooms and the window are of the same moment.
  const window = windowFrom(deps, since, request.upTo);
  if (!window.initial && !fullState && !evenIfQuiet && nothingOwn(deps, requester, window)) {
    const changed = deps.changes.changedRooms(joinedOf(live), window.since);
    const userRooms = new Map(live);
    if ((await changed).size === 0) return { window, context: undefined };
    return { window, context: await contextOf(deps, request, window, userRooms) };
  }
  return { window, context: await contextOf(deps, request, window, new Map(live)) };
}

function windowFrom({ ephemeral, tail }: SyncDeps, since: SyncToken | undefined, upTo = tail.position): SyncWindow {
  return {
    since: since?.position ?? 0,
    upTo: Math.min(upTo, tail.position),
    initial: since === undefined,
    ephemeralSince: since?.epoch === ephemeral.epoch ? since.ephemeral : 0,
    ephemeralUpTo: ephemeral.position,
    toDeviceSince: since?.toDevice ?? 0,
  };
}

function nothingOwn({ changes }: SyncDeps, { user }: Requester, window: SyncWindow): boolean {
  if (window.ephemeralUpTo > window.ephemeralSince || window.toDeviceSince < window.since) return false;
  return !changes.userMayHaveChanged(user, window.since) && !changes.serverMayHaveChanged(window.since);
}

async function contextOf(
  deps: SyncDeps,
  request: WindowRequest,
  window: SyncWindow,
  userRooms: ReadonlyMap<number, UserRoom>,
): Promise<NewsContext> {
  const { changes } = deps;
  const { requester, filter, fullState } = request;
  const { since, upTo, initial } = window;
  const joined = new Set(joinedOf(userRooms));
  const ownChanged = initial || changes.userMayHaveChanged(requester.user, since);
  const memberships = initial || !ownChanged ? noMemberships : await changes.membershipEnds(requester.user, since, upTo);
  const newlyJoined = await newlyJoinedOf(deps, requester, memberships, joined);
  return {
    requester,
    window,
    filter,
    userRooms,
    joined,
    whole: initial || fullState ? joined : newlyJoined,
    changed: initial ? joined : await changes.changedRooms(joined, since),
    ownChanged,
    ownEntries: async (kind) => (ownChanged ? changes.userEntries(requester.user, kind, since, upTo) : []),
    roomSubjects: (room, kind) => changes.roomSubjects(room, kind, since, upTo),
    newlyJoined,
    memberships,
    ignored: await deps.ignoredUsers(requester.user),
  };
}

/** Rooms in which the requester was not joined when the window began, and is now. */
async function newlyJoinedOf(
  deps: SyncDeps,
  { userId }: Requester,
  memberships: ReadonlyMap<number, MembershipEnds>,
  joined: ReadonlySet<number>,
): Promise<Set<number>> {
  const found = new Set<number>();
  for (const [room, { first }] of memberships) {
    if (joined.has(room) && (await membershipBefore(deps, room, first.event, userId)) !== 'join') found.add(room);
  }
  return found;
}

function* joinedOf(rooms: ReadonlyMap<number, UserRoom>): Iterable<number> {
  for (const [room, { membership }] of rooms) if (membership === 'join') yield room;
}

const noMemberships: ReadonlyMap<number, MembershipEnds> = new Map();
