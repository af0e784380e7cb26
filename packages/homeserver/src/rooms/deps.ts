import type { DirectRooms, InviteVerdict } from '../account-data/index.ts';
import type { RoomTemplate } from '../config/index.ts';
import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { MatrixError } from '../http/errors.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Aliases } from './aliases.ts';
import type { Clock } from '@hearth/kit';
import { type JsonObject, parseRoomId, parseUserId, serverNameOf, type UserId } from '@hearth/protocol';
import type { Database, Write } from '@hearth/storage';

/** What the rooms slice is handed by server.ts. */
export type RoomsDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly domains: Domains;
  readonly userRooms: UserRooms;
  readonly aliases: Aliases;
  /** Presets of the operator's own, by name. */
  readonly templates: ReadonlyMap<string, RoomTemplate>;
  /** Of rooms that are made without naming one. */
  readonly defaultRoomVersion: string;
  /** Says that a job was added. */
  readonly pokeJobs: () => void;
  /** Whether an operator keeps everybody out of a room. */
  readonly isBlocked: (roomId: string) => Promise<boolean>;
  /** `displayname` and `avatar_url` for a local user's member events; empty for unknown and remote users. */
  readonly memberProfile: (userId: string) => Promise<JsonObject>;
  /** Lets a user of ours find a room as they had set up the one that it replaces. */
  readonly carryRoomSettings: (who: { readonly user: number; readonly userId: string }, from: RoomHead, to: RoomHead) => Promise<void>;
  /** Rows that give a room's place in the list of public rooms to another room; none where it has none. */
  readonly moveListing: (from: number, to: number) => Promise<Pick<Write, 'statements' | 'stream'>>;
  /** What a user of ours wishes to become of an invitation by somebody. */
  readonly inviteVerdict: (user: number, inviter: string) => Promise<InviteVerdict>;
  /** Whom a user of ours ignores. */
  readonly ignoredUsers: (user: number) => Promise<ReadonlySet<string>>;
  /** Which rooms users of ours keep as direct ones. */
  readonly directRooms: DirectRooms;
};

/** Refuses what is no room id. */
export function requireRoomId(roomId: string): void {
  if (!parseRoomId(roomId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomId)} is not a room id.`);
}

/** Refuses what is no user id. */
export function requireUserId(userId: string): UserId {
  const parsed = parseUserId(userId);
  if (!parsed) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(userId)} is not a user id.`);
  return parsed;
}

/** Refuses what is no user id, and users of other servers as long as this server does not talk to them. */
export function requireReachableUser(deps: Pick<RoomsDeps, 'domains'>, userId: string): void {
  if (deps.domains.isLocal(serverNameOf(requireUserId(userId)))) return;
  throw new MatrixError('M_UNKNOWN', `${userId} is a user of another server, and this server does not talk to other servers yet.`);
}

/** 403 M_INVITE_BLOCKED when the invited wishes no invitations by this user. */
export async function requireInvitable(deps: Pick<RoomsDeps, 'engine' | 'inviteVerdict'>, target: string, inviter: string): Promise<void> {
  const user = await deps.engine.findUser(target);
  if (user === undefined || (await deps.inviteVerdict(user, inviter)) !== 'block') return;
  throw new MatrixError('M_INVITE_BLOCKED', `${target} does not take invitations from you.`);
}
