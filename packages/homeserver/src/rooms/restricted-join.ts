import { creatorsOf } from '../engine/room-creators.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { StateView } from '../engine/state-view.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { closedRoom } from './closed-room.ts';
import type { RoomsDeps } from './deps.ts';
import { readLocalMembers } from './store.ts';
import {
  domainOf,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  membershipOf,
  namedLevel,
  type PowerLevels,
  powerLevels,
  userLevel,
} from '@hearth/protocol';

/**
 * Who vouches that a user may join a restricted room: a member of this server who may invite, if the user is in one of the rooms
 * that the join rule names. Undefined where nobody has to: the room is not restricted, or this user is invited, in it or banned.
 * 403 for those who are in none of those rooms. https://spec.matrix.org/v1.19/client-server-api/#restricted-rooms
 */
export async function authoriserFor(deps: RoomsDeps, room: RoomHead, requester: Requester): Promise<string | undefined> {
  const state = deps.engine.currentState(room);
  const [rules, member] = await state.getMany([
    ['m.room.join_rules', ''],
    ['m.room.member', requester.userId],
  ]);
  if (!isRestricted(room, rules?.event.content['join_rule'])) return undefined;
  if (['invite', 'join', 'ban'].includes(membershipOf(member?.event.content))) return undefined;
  if (!(await isInOneOf(deps, rules?.event.content['allow'], requester.user))) throw closedRoom();
  return findVoucher(deps, state, room);
}

function isRestricted({ rules }: RoomHead, joinRule: JsonValue | undefined): boolean {
  return (joinRule === 'restricted' && rules.restrictedJoin) || (joinRule === 'knock_restricted' && rules.knockRestricted);
}

/**
 * Whether a user is in one of the rooms that the `allow` of a join rule names. Conditions of other types than membership are for servers
 * that know them. An event holds at most some 2,000.
 */
export async function isInOneOf(
  { engine, userRooms }: Pick<RoomsDeps, 'engine' | 'userRooms'>,
  allow: JsonValue | undefined,
  user: number,
): Promise<boolean> {
  const mine = await userRooms.of(user);
  for (const condition of Array.isArray(allow) ? (allow as readonly JsonValue[]) : []) {
    const id = isMembership(condition) ? condition['room_id'] : undefined;
    const other = typeof id === 'string' ? await engine.room(id) : undefined;
    if (other && mine.get(other.number)?.membership === 'join') return true;
  }
  return false;
}

function isMembership(condition: JsonValue): condition is JsonObject {
  return isJsonObject(condition) && condition['type'] === 'm.room_membership';
}

async function findVoucher({ domains, database, engine }: RoomsDeps, state: StateView, room: RoomHead): Promise<string> {
  const power = await powerIn(state, room);
  const users = power.content?.['users'];
  const named = [...(await creatorsOf(state)), ...(isJsonObject(users) ? Object.keys(users) : [])];
  for (const userId of new Set(named)) if (await mayVouch(userId)) return userId;
  // Nobody by name. All others have the same level: if it suffices, any of them will do.
  if (userLevel(power, '') >= namedLevel(power, 'invite')) {
    for (const userId of await engine.userIds(await readLocalMembers(database.reader, room.number))) {
      if (await mayVouch(userId)) return userId;
    }
  }
  throw new MatrixError('M_UNABLE_TO_GRANT_JOIN', 'No member of this server may authorise joins to this room.');

  async function mayVouch(userId: string): Promise<boolean> {
    if (!domains.isLocal(domainOf(userId) ?? '') || userLevel(power, userId) < namedLevel(power, 'invite')) return false;
    const member = await state.get('m.room.member', userId);
    return membershipOf(member?.event.content) === 'join';
  }
}

async function powerIn(state: StateView, room: RoomHead): Promise<PowerLevels> {
  const [create, levels] = await state.getMany([
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
  ]);
  return powerLevels(room.rules, create?.event, levels?.event);
}
