import { membershipBefore } from '../../engine/membership-before.ts';
import type { RoomHead } from '../../engine/room-head.ts';
import { MatrixError } from '../../http/errors.ts';
import type { Follower } from '../../streams/follower.ts';
import { type MembershipEntry, readMembershipEntry } from '../../streams/membership-entry.ts';
import type { RoomsDeps } from '../deps.ts';
import { domainOf, ownObject } from '@hearth/protocol';
import { streamKinds } from '@hearth/storage';

/**
 * Who comes into a room that replaces another finds it as they had set the other up: tags, notifications, whose direct room it is
 * (https://spec.matrix.org/v1.19/client-server-api/#room-upgrades). What is set already stays, so that a repeat changes nothing.
 */
export function carrySettings(deps: RoomsDeps): Follower {
  return {
    name: 'rooms-carry-settings', // of its cursor and its lease: never change it
    kinds: new Set([streamKinds.membership]),
    follow: async (entries) => {
      for (const entry of entries.map(readMembershipEntry)) if (entry.membership === 'join') await carry(deps, entry);
      return [];
    },
  };
}

async function carry(deps: RoomsDeps, { user, room, event }: MembershipEntry): Promise<void> {
  const to = await deps.engine.roomByNumber(room);
  const from = to && (await predecessorOf(deps, to));
  if (!to || !from) return;
  const [userId = ''] = await deps.engine.userIds([user]);
  if (!deps.domains.isLocal(domainOf(userId) ?? '')) return;
  // Not when somebody who is in changes their name.
  if ((await membershipBefore(deps, room, event, userId)) === 'join') return;
  try {
    await deps.carryRoomSettings({ user, userId }, from, to);
  } catch (error) {
    // Somebody whose settings are full; nobody else shall wait for them.
    if (!(error instanceof MatrixError)) throw error;
  }
}

async function predecessorOf({ engine }: RoomsDeps, room: RoomHead): Promise<RoomHead | undefined> {
  const create = await engine.currentState(room).get('m.room.create', '');
  const predecessor = create && ownObject(create.event.content, 'predecessor');
  const id = predecessor?.['room_id'];
  return typeof id === 'string' ? engine.room(id) : undefined;
}
