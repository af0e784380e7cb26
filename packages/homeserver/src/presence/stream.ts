import type { SyncContext, SyncEvent, SyncSection } from '../streams/stream.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Presences, Shown } from './presences.ts';
import { sharesARoom } from './sharing.ts';
import type { JsonObject } from '@hearth/protocol';

/** People of one answer when everybody is told of, and people looked at for it. */
const toldMax = 1_000;
const lookedAtMax = 20_000;

export type PresenceSectionDeps = { readonly presences: Presences; readonly userRooms: UserRooms };

/** `presence` in /sync: those who share a room with the reader, and the reader. */
export function presenceSection(deps: PresenceSectionDeps): SyncSection {
  return {
    name: 'presence',
    collect: async (context, answer) => {
      if (context.filter.presence.matchesNothing) return;
      for (const user of await whomToTell(deps, context)) {
        const shown = deps.presences.of(user);
        if (shown) answer.presence.push(presenceEvent(shown));
      }
    },
  };
}

async function whomToTell({ presences, userRooms }: PresenceSectionDeps, context: SyncContext): Promise<ReadonlySet<number>> {
  const { window, requester, whole } = context;
  const rooms = joinedOf(context);
  const { ephemeralSince, ephemeralUpTo, initial } = window;
  const changes = initial || ephemeralSince === 0 ? undefined : presences.changes(ephemeralSince, ephemeralUpTo);
  const told = present({ presences, userRooms }, changes ? whole.intersection(rooms) : rooms);
  if (!changes) return presences.isPresent(requester.user) ? told.add(requester.user) : told;
  for (const { user, room } of changes) {
    const isTheirs = room === undefined ? user === requester.user || sharesARoom(await userRooms.of(user), rooms) : rooms.has(room);
    if (isTheirs) told.add(user);
  }
  return told;
}

/** Rooms that the reader is really in: others may look into a room, and are not told who is online there. */
function joinedOf({ joined, userRooms }: SyncContext): ReadonlySet<number> {
  return new Set([...joined].filter((room) => userRooms.get(room)?.membership === 'join'));
}

/** Who is there in these rooms. */
function present({ presences, userRooms }: PresenceSectionDeps, rooms: Iterable<number>): Set<number> {
  const found = new Set<number>();
  let lookedAt = 0;
  for (const room of rooms) {
    for (const user of userRooms.membersAround(room)) {
      if (found.size >= toldMax || lookedAt >= lookedAtMax) return found;
      lookedAt += 1;
      if (presences.isPresent(user)) found.add(user);
    }
  }
  return found;
}

function presenceEvent(shown: Shown): SyncEvent {
  return { type: 'm.presence', sender: shown.userId, content: presenceContent(shown) };
}

/** As it stands in answers and events. Who is online counts as active until they are told to be something else. */
export function presenceContent({ state, statusMsg, activeAgoMs }: Omit<Shown, 'userId'>): JsonObject {
  return {
    presence: state,
    ...(activeAgoMs === undefined ? {} : { last_active_ago: activeAgoMs }),
    ...(state === 'offline' ? {} : { currently_active: state === 'online' }),
    ...(statusMsg === undefined ? {} : { status_msg: statusMsg }),
  };
}
