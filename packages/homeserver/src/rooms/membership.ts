import type { Intent, Submitted } from '../engine/engine.ts';
import { readMembership } from '../engine/read-membership.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { StateView } from '../engine/state-view.ts';
import { unknownRoom } from '../engine/unknown-room.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { closedRoom } from './closed-room.ts';
import { requireInvitable, requireReachableUser, requireRoomId, requireUserId, type RoomsDeps } from './deps.ts';
import { requireAdmitted } from './guests.ts';
import { authoriserFor } from './restricted-join.ts';
import { forgetting } from './store.ts';
import { type JsonObject, membershipOf, parseRoomAlias, parseRoomId, withoutKeys } from '@hearth/protocol';
import { WriteRefused } from '@hearth/storage';

export type Reason = { readonly reason?: string | undefined };
/** The edge has parsed it with the strict JSON door; the schema knows some of its keys. */
export type JoinBody = Reason & object;

/** Refuses, by the membership that somebody has before a change. */
type Check = (before: string, target: string) => void | Promise<void>;

/**
 * Joining, leaving and what members do to each other. Each is one m.room.member event, and the auth rules decide; the checks here
 * give the errors that the specification names and keep the events right that the rules would also let pass.
 */
export class Memberships {
  readonly #deps: RoomsDeps;

  constructor(deps: RoomsDeps) {
    this.#deps = deps;
  }

  /** A room id, or the room of a local alias. */
  async roomIdOf(roomIdOrAlias: string): Promise<string> {
    if (parseRoomAlias(roomIdOrAlias)) return (await this.#deps.aliases.resolve(roomIdOrAlias)).roomId;
    if (!parseRoomId(roomIdOrAlias))
      throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomIdOrAlias)} is neither a room id nor an alias.`);
    return roomIdOrAlias;
  }

  /** Joins, with whatever `body` says beyond what is specified; a repeated join changes nothing. Answers the room's id. */
  async join(roomIdOrAlias: string, requester: Requester, body: JoinBody): Promise<string> {
    const roomId = await this.roomIdOf(roomIdOrAlias);
    const { engine } = this.#deps;
    const room = await engine.room(roomId);
    if (!room) throw closedRoom();
    if ((await membershipIn(engine.currentState(room), requester.userId)) === 'join') return roomId;
    const profile = await this.#deps.memberProfile(requester.userId);
    const content = { ...clientsOwn(body), ...profile, ...withReason(body.reason), membership: 'join' };
    await this.#enter(room, requester, content);
    return roomId;
  }

  /** Asks to be let in; whoever may invite answers. A repeated knock changes nothing but its reason. Answers the room's id. */
  async knock(roomIdOrAlias: string, requester: Requester, { reason }: Reason): Promise<string> {
    const roomId = await this.roomIdOf(roomIdOrAlias);
    const content = { ...(await this.#deps.memberProfile(requester.userId)), ...withReason(reason), membership: 'knock' };
    await this.#knock(roomId, requester, content);
    return roomId;
  }

  /** Leaves, or declines an invitation, or withdraws a knock. 403 when there is nothing to leave. */
  async leave(roomId: string, requester: Requester, { reason }: Reason): Promise<void> {
    await this.#submit(roomId, requester, requester.userId, { ...withReason(reason), membership: 'leave' }, leavable);
  }

  async invite(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    const content = { ...(await this.#deps.memberProfile(target)), ...withReason(reason), membership: 'invite' };
    await this.#invite(roomId, requester, target, content);
  }

  async kick(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    await this.#change(roomId, requester, target, { ...withReason(reason), membership: 'leave' }, kickable);
  }

  async ban(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    await this.#change(roomId, requester, target, { ...withReason(reason), membership: 'ban' }, anybody);
  }

  async unban(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    await this.#change(roomId, requester, target, { ...withReason(reason), membership: 'leave' }, banned);
  }

  /**
   * PUT rooms/{roomId}/state/m.room.member/{userId}: does the same as the endpoints above, with a content of the client's own, under
   * the same conditions. Who vouches for a join is the server's to say.
   */
  async put(roomId: string, requester: Requester, target: string, given: JsonObject): Promise<Submitted> {
    const { join_authorised_via_users_server: _voucher, ...content } = given;
    const isOwn = target === requester.userId;
    if (requester.isGuest && !(isOwn && (content['membership'] === 'join' || content['membership'] === 'leave'))) {
      throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests may join and leave rooms, and neither knock nor act upon others.');
    }
    switch (content['membership']) {
      case 'join':
        return isOwn
          ? this.#enter(await this.#roomOf(roomId), requester, content)
          : this.#change(roomId, requester, target, content, anybody);
      case 'leave':
        return isOwn
          ? this.#submit(roomId, requester, target, content, leavable)
          : this.#change(roomId, requester, target, content, removable);
      case 'invite':
        return this.#invite(roomId, requester, target, content);
      case 'ban':
        return this.#change(roomId, requester, target, content, anybody);
      case 'knock':
        return isOwn ? this.#knock(roomId, requester, content) : this.#submit(roomId, requester, target, content, anybody);
      default:
        throw new MatrixError('M_BAD_JSON', 'The membership of a member event must be join, leave, invite, ban or knock.');
    }
  }

  /** Takes a left room out of the user's lists. `leaveFirst`: 2015 clients forget rooms that they are still in. */
  async forget(roomId: string, requester: Requester, leaveFirst: boolean): Promise<void> {
    const { database, engine } = this.#deps;
    const room = await engine.room(roomId);
    const row = room && (await readMembership(database.reader, room.number, requester.user));
    if (!room || !row) throw new MatrixError('M_NOT_FOUND', unknownRoom().message);
    if (row.membership !== 'leave' && row.membership !== 'ban') {
      if (!leaveFirst) throw new MatrixError('M_UNKNOWN', 'You are still in this room. Leave it first, then forget it.');
      await this.leave(roomId, requester, {});
    }
    try {
      await database.write({ claims: [], ...forgetting(room.number, requester.user) });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') {
        throw new MatrixError('M_UNKNOWN', 'You are in this room again. Leave it first, then forget it.');
      }
      throw error;
    }
  }

  /** Brings a user in, or changes what a member says of themselves. */
  async #enter(room: RoomHead, requester: Requester, content: JsonObject): Promise<Submitted> {
    const authoriser = await authoriserFor(this.#deps, room, requester);
    const whole = authoriser === undefined ? content : { ...content, join_authorised_via_users_server: authoriser };
    return this.#submitFromOutside(room, requester, whole);
  }

  async #knock(roomId: string, requester: Requester, content: JsonObject): Promise<Submitted> {
    requireRoomId(roomId);
    const room = await this.#deps.engine.room(roomId);
    if (!room) throw closedRoom();
    return this.#submitFromOutside(room, requester, content);
  }

  /** What people do who are not in the room: strangers learn of a refusal only that the room is closed to them, or does not exist. */
  async #submitFromOutside(room: RoomHead, requester: Requester, content: JsonObject): Promise<Submitted> {
    try {
      return await this.#submit(room.roomId, requester, requester.userId, content, anybody);
    } catch (error) {
      const before = await membershipIn(this.#deps.engine.currentState(room), requester.userId);
      if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN' && before === 'leave') throw closedRoom();
      throw error;
    }
  }

  async #invite(roomId: string, requester: Requester, target: string, content: JsonObject): Promise<Submitted> {
    requireReachableUser(this.#deps, target);
    return this.#change(roomId, requester, target, content, async (before) => {
      invitable(before, target);
      await requireInvitable(this.#deps, target, requester.userId);
    });
  }

  /** What only members may do. */
  async #change(roomId: string, requester: Requester, target: string, content: JsonObject, check: Check): Promise<Submitted> {
    const room = await this.#roomOf(roomId);
    const membership = await membershipIn(this.#deps.engine.currentState(room), requester.userId);
    if (membership !== 'join') throw unknownRoom();
    requireUserId(target);
    return this.#submit(roomId, requester, target, content, check);
  }

  async #submit(roomId: string, requester: Requester, target: string, content: JsonObject, check: Check): Promise<Submitted> {
    requireRoomId(roomId);
    // A blocked room answers as one that does not exist.
    if (waysIn.has(content['membership']) && (await this.#deps.isBlocked(roomId))) throw closedRoom();
    return this.#deps.engine.submit(roomId, {
      ...memberEvent(requester.userId, target, content),
      precondition: async (state) => {
        if (requester.isGuest && content['membership'] === 'join') await requireAdmitted(state, requester.userId);
        await check(await membershipIn(state, target), target);
      },
    });
  }

  async #roomOf(roomId: string): Promise<RoomHead> {
    requireRoomId(roomId);
    const room = await this.#deps.engine.room(roomId);
    if (!room) throw unknownRoom();
    return room;
  }
}

/** Memberships that bring somebody into a room, or nearer to it. */
const waysIn: ReadonlySet<unknown> = new Set(['join', 'invite', 'knock']);

const anybody: Check = () => undefined;

const leavable: Check = (before) => {
  if (before === 'leave' || before === 'ban') throw unknownRoom();
};

const invitable = (before: string, target: string): void => {
  if (before === 'join') throw new MatrixError('M_FORBIDDEN', `${target} is already in the room.`);
  if (before === 'ban') throw new MatrixError('M_FORBIDDEN', `${target} is banned from the room.`);
};

/** By a kick or by an unban: one content serves both. */
const removable = (before: string, target: string): void => {
  if (before === 'leave') throw new MatrixError('M_FORBIDDEN', `${target} is not in the room.`);
};

const kickable: Check = (before, target) => {
  removable(before, target);
  if (before === 'ban') throw new MatrixError('M_FORBIDDEN', `${target} is banned; a kick does not end a ban.`);
};

const banned: Check = (before, target) => {
  if (before !== 'ban') throw new MatrixError('M_FORBIDDEN', `${target} is not banned from the room.`);
};

async function membershipIn(state: StateView, userId: string): Promise<string> {
  const member = await state.get('m.room.member', userId);
  return membershipOf(member?.event.content);
}

function memberEvent(sender: string, target: string, content: JsonObject): Intent {
  return { type: 'm.room.member', sender, stateKey: target, content };
}

/** Keys that mean something in a member event or in the request: the server says what they are. */
const specifiedOfJoins = [
  'membership',
  'displayname',
  'avatar_url',
  'is_direct',
  'reason',
  'join_authorised_via_users_server',
  'third_party_invite',
  'third_party_signed',
];

/** What a client wishes its member event to hold beside that, as PUT state would let it; the limit is that of every event. */
function clientsOwn(body: JoinBody): JsonObject {
  return withoutKeys(body as JsonObject, specifiedOfJoins);
}

function withReason(reason: string | undefined): JsonObject {
  return reason === undefined ? {} : { reason };
}
