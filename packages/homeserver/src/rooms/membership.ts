import type { Intent, Submitted } from '../engine/engine.ts';
import { readMembership } from '../engine/read-membership.ts';
import { creatorsOf } from '../engine/room-creators.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { StateView } from '../engine/state-view.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { requireReachableUser, type RoomsDeps } from './deps.ts';
import { forgetting } from './store.ts';
import {
  domainOf,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  membershipOf,
  namedLevel,
  parseRoomAlias,
  parseRoomId,
  powerLevels,
  userLevel,
} from '@hearth/protocol';
import { WriteRefused } from '@hearth/storage';

export type Reason = { readonly reason?: string | undefined };

/** The same words for a room that does not exist and for one that the requester may not know of (a22). */
const notInRoom = 'You are not in this room, or it does not exist.';

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

  /** Joins; a repeated join changes nothing. Answers the room's id. */
  async join(roomIdOrAlias: string, requester: Requester, { reason }: Reason): Promise<string> {
    const roomId = await this.roomIdOf(roomIdOrAlias);
    const { engine } = this.#deps;
    const room = await engine.room(roomId);
    if (!room) throw new MatrixError('M_FORBIDDEN', 'You are not invited to this room, or it does not exist.');
    if ((await membershipIn(engine.currentState(room), requester.userId)) === 'join') return roomId;
    const content = { ...(await this.#deps.memberProfile(requester.userId)), ...withReason(reason), membership: 'join' };
    const authoriser = await this.#authoriserFor(room, requester);
    const whole = authoriser === undefined ? content : { ...content, join_authorised_via_users_server: authoriser };
    await engine.submit(roomId, memberEvent(requester.userId, requester.userId, whole));
    return roomId;
  }

  /** Leaves, or declines an invitation, or withdraws a knock. 403 when there is nothing to leave. */
  async leave(roomId: string, requester: Requester, { reason }: Reason): Promise<void> {
    await this.#change(roomId, requester, requester.userId, { ...withReason(reason), membership: 'leave' }, (before) => {
      if (before === 'leave' || before === 'ban') throw new MatrixError('M_FORBIDDEN', notInRoom);
    });
  }

  async invite(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    requireReachableUser(this.#deps, target);
    const content = { ...(await this.#deps.memberProfile(target)), ...withReason(reason), membership: 'invite' };
    await this.#change(roomId, requester, target, content, (before) => {
      if (before === 'join') throw new MatrixError('M_FORBIDDEN', `${target} is already in the room.`);
      if (before === 'ban') throw new MatrixError('M_FORBIDDEN', `${target} is banned from the room.`);
    });
  }

  async kick(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    await this.#change(roomId, requester, target, { ...withReason(reason), membership: 'leave' }, (before) => {
      if (before === 'leave') throw new MatrixError('M_FORBIDDEN', `${target} is not in the room.`);
      if (before === 'ban') throw new MatrixError('M_FORBIDDEN', `${target} is banned; a kick does not end a ban.`);
    });
  }

  async ban(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    await this.#change(roomId, requester, target, { ...withReason(reason), membership: 'ban' }, () => undefined);
  }

  async unban(roomId: string, requester: Requester, target: string, { reason }: Reason): Promise<void> {
    await this.#change(roomId, requester, target, { ...withReason(reason), membership: 'leave' }, (before) => {
      if (before !== 'ban') throw new MatrixError('M_FORBIDDEN', `${target} is not banned from the room.`);
    });
  }

  /** Takes a left room out of the user's lists. `leaveFirst`: 2015 clients forget rooms that they are still in. */
  async forget(roomId: string, requester: Requester, leaveFirst: boolean): Promise<void> {
    const { database, engine, userRooms } = this.#deps;
    const room = await engine.room(roomId);
    const row = room && (await readMembership(database.reader, room.number, requester.user));
    if (!room || !row) throw new MatrixError('M_NOT_FOUND', notInRoom);
    if (row.membership !== 'leave' && row.membership !== 'ban') {
      if (!leaveFirst) throw new MatrixError('M_UNKNOWN', 'You are still in this room. Leave it first, then forget it.');
      await this.leave(roomId, requester, {});
    }
    try {
      await database.write({ claims: [], statements: [forgetting(room.number, requester.user)], stream: [] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') {
        throw new MatrixError('M_UNKNOWN', 'You are in this room again. Leave it first, then forget it.');
      }
      throw error;
    }
    userRooms.invalidate(requester.user);
  }

  async #change(
    roomId: string,
    requester: Requester,
    target: string,
    content: JsonObject,
    check: (before: string) => void,
  ): Promise<Submitted> {
    if (!parseRoomId(roomId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomId)} is not a room id.`);
    if (target !== requester.userId) await this.#requireMember(roomId, requester);
    const intent = memberEvent(requester.userId, target, content);
    return this.#deps.engine.submit(roomId, {
      ...intent,
      precondition: async (state) => check(await membershipIn(state, target)),
    });
  }

  async #requireMember(roomId: string, requester: Requester): Promise<void> {
    const room = await this.#deps.engine.room(roomId);
    const membership = room && (await membershipIn(this.#deps.engine.currentState(room), requester.userId));
    if (membership !== 'join') throw new MatrixError('M_FORBIDDEN', notInRoom);
  }

  /**
   * For restricted rooms: a local member whose server vouches that the requester is in one of the rooms that the join rule
   * allows (client-server API, "Restricted rooms"). Undefined when no vouching is needed.
   */
  async #authoriserFor(room: RoomHead, requester: Requester): Promise<string | undefined> {
    const { engine, userRooms, domains } = this.#deps;
    if (!room.rules.restrictedJoin) return undefined;
    const state = engine.currentState(room);
    const [rules, member] = await state.getMany([
      ['m.room.join_rules', ''],
      ['m.room.member', requester.userId],
    ]);
    const rule = rules?.event.content['join_rule'];
    const restricted = rule === 'restricted' || (rule === 'knock_restricted' && room.rules.knockRestricted);
    if (!restricted || member?.event.content['membership'] === 'invite') return undefined;
    const allow = rules?.event.content['allow'];
    const mine = await userRooms.of(requester.user);
    for (const entry of Array.isArray(allow) ? (allow as readonly JsonValue[]) : []) {
      const id = isJsonObject(entry) ? entry['room_id'] : undefined;
      const other = typeof id === 'string' ? await engine.room(id) : undefined;
      if (other && mine.get(other.number)?.membership === 'join') return findInviter(state, room, domains.isLocal);
    }
    throw new MatrixError('M_FORBIDDEN', 'To join this room you must be invited, or be in one of the rooms that it is open to.');
  }
}

/** Somebody of this server who may invite: needed to vouch for a restricted join. */
async function findInviter(state: StateView, room: RoomHead, isLocal: (server: string) => boolean): Promise<string> {
  const [create, levels] = await state.getMany([
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
  ]);
  const power = powerLevels(room.rules, create?.event, levels?.event);
  const needed = namedLevel(power, 'invite');
  const users = levels?.event.content['users'];
  const named = typeof users === 'object' && users !== null ? Object.keys(users) : [];
  const candidates = new Set([...(await creatorsOf(state)), ...named]);
  for (const userId of candidates) {
    if (await mayVouch(userId)) return userId;
  }
  if (needed <= 0) {
    // Everybody may invite: any local member will do. This walks the room, once per restricted join.
    for (const record of await state.all()) {
      const userId = record.event.stateKey;
      if (record.event.type === 'm.room.member' && userId !== undefined && (await mayVouch(userId))) return userId;
    }
  }
  throw new MatrixError('M_UNABLE_TO_GRANT_JOIN', 'No member of this server may authorise joins to this room.');

  async function mayVouch(userId: string): Promise<boolean> {
    if (!isLocal(domainOf(userId) ?? '') || userLevel(power, userId) < needed) return false;
    return (await membershipIn(state, userId)) === 'join';
  }
}

async function membershipIn(state: StateView, userId: string): Promise<string> {
  const member = await state.get('m.room.member', userId);
  return membershipOf(member?.event.content);
}

function memberEvent(sender: string, target: string, content: JsonObject): Intent {
  return { type: 'm.room.member', sender, stateKey: target, content };
}

function withReason(reason: string | undefined): JsonObject {
  return reason === undefined ? {} : { reason };
}
