import type { Intent } from '../../engine/engine.ts';
import { maySendState } from '../../engine/may-send-state.ts';
import { readMembership } from '../../engine/read-membership.ts';
import { creatorsOf } from '../../engine/room-creators.ts';
import type { RoomHead } from '../../engine/room-head.ts';
import { unknownRoom } from '../../engine/unknown-room.ts';
import { MatrixError } from '../../http/errors.ts';
import type { Requester } from '../../http/route.ts';
import { jobRowOf, newJobNumber } from '../../jobs/enqueue.ts';
import { requireRoomId, type RoomsDeps } from '../deps.ts';
import { carriedState } from './carried-state.ts';
import { closeOrGiveUp } from './close-old-room.ts';
import { finishUpgradeJob } from './finish-kind.ts';
import { upgradedPowerLevels } from './upgraded-power-levels.ts';
import { type JsonObject, parseUserId, powerLevels, type RoomVersionRules, roomVersionRules } from '@hearth/protocol';

/** Users whom an upgrade may name as creators. */
const creatorsMax = 100;
/** When the second half is done by a job if the request did not live to do it. */
const finishAfterMs = 30_000;

export type UpgradeBody = { readonly new_version: string; readonly additional_creators?: readonly string[] | undefined };

/**
 * POST rooms/{roomId}/upgrade. The new room comes into being as a whole, with a job that closes the old one if this request does not
 * live to do it. Answers the new room's id.
 */
export async function upgradeRoom(deps: RoomsDeps, requester: Requester, roomId: string, body: UpgradeBody): Promise<string> {
  const rules = roomVersionRules(body.new_version);
  if (!rules) {
    throw new MatrixError('M_UNSUPPORTED_ROOM_VERSION', `This server does not know room version ${JSON.stringify(body.new_version)}.`);
  }
  const creators = creatorsFor(rules, requester.userId, body.additional_creators ?? []);
  const old = await upgradableRoom(deps, requester, roomId);
  const { engine, clock, database } = deps;
  const state = engine.currentState(old);
  const tombstone = (await state.get('m.room.tombstone', ''))?.event.eventId ?? null;
  const replaced = { oldRoom: roomId, upgrader: requester.userId, tombstone, job: await newJobNumber(database) };
  const { roomId: newRoom } = await engine.createRoom({
    rules,
    creator: requester.userId,
    creationContent: await creationContent(deps, old, rules, creators),
    events: await firstEvents(deps, old, rules, creators),
    also: (created) => ({
      statements: [jobRowOf(replaced.job, finishUpgradeJob, { ...replaced, newRoom: created.roomId }, clock.now() + finishAfterMs)],
      stream: [],
    }),
  });
  await closeOrGiveUp(deps, { ...replaced, newRoom });
  return newRoom;
}

/** 403 for those who are not in the room, and for those who may not put an end to it. */
async function upgradableRoom(deps: RoomsDeps, requester: Requester, roomId: string): Promise<RoomHead> {
  requireRoomId(roomId);
  const room = await deps.engine.room(roomId);
  const row = room && (await readMembership(deps.database.reader, room.number, requester.user));
  if (!room || row?.membership !== 'join') throw unknownRoom();
  if (await maySendState(deps.engine, room, requester.userId, 'm.room.tombstone')) return room;
  throw new MatrixError('M_FORBIDDEN', 'You may not upgrade this room: that takes the power to send m.room.tombstone.');
}

function creatorsFor(rules: RoomVersionRules, upgrader: string, additional: readonly string[]): readonly string[] {
  if (!rules.privilegedCreators) return [upgrader];
  const wrong = additional.find((user) => !parseUserId(user));
  if (wrong !== undefined) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(wrong)} in additional_creators is not a user id.`);
  if (additional.length > creatorsMax) throw new MatrixError('M_INVALID_PARAM', `An upgrade names at most ${creatorsMax} creators.`);
  return [...new Set([upgrader, ...additional])];
}

async function creationContent(
  { engine }: RoomsDeps,
  old: RoomHead,
  rules: RoomVersionRules,
  [, ...additional]: readonly string[],
): Promise<JsonObject> {
  const create = (await engine.currentState(old).get('m.room.create', ''))?.event.content ?? {};
  const { type, 'm.federate': federate } = create;
  // Where the id hangs on the create event, the last event of the old room, which names it, cannot be named in turn.
  const last = rules.roomIdIsCreateHash ? undefined : old.extremities.at(-1)?.eventId;
  return {
    ...(type === undefined ? {} : { type }),
    ...(federate === undefined ? {} : { 'm.federate': federate }),
    ...(additional.length === 0 ? {} : { additional_creators: additional }),
    predecessor: { room_id: old.roomId, ...(last === undefined ? {} : { event_id: last }) },
  };
}

/** Power levels come last: before, the creator has power enough for what was carried, whatever they are in the old room. */
async function firstEvents(deps: RoomsDeps, old: RoomHead, rules: RoomVersionRules, creators: readonly string[]): Promise<Intent[]> {
  const [upgrader = ''] = creators;
  const state = deps.engine.currentState(old);
  const [create, levels] = await state.getMany([
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
  ]);
  const power = powerLevels(old.rules, create?.event, levels?.event);
  const upgraded = upgradedPowerLevels({ power, oldCreators: await creatorsOf(state), creators, rules });
  const join = { type: 'm.room.member', stateKey: upgrader, content: { ...(await deps.memberProfile(upgrader)), membership: 'join' } };
  const carried = (await carriedState(deps, old)).map((each) => (each.type === 'm.room.join_rules' ? knownRule(each, rules) : each));
  return [join, ...carried, { type: 'm.room.power_levels', stateKey: '', content: upgraded }].map((event) => ({
    ...event,
    sender: upgrader,
    deduplicate: false,
  }));
}

/** A rule that the new version does not know lets nobody in; what comes nearest is an invitation. */
function knownRule<State extends { readonly content: JsonObject }>(state: State, rules: RoomVersionRules): State {
  const rule = state.content['join_rule'];
  const unknown =
    (rule === 'knock' && !rules.knocking) ||
    (rule === 'restricted' && !rules.restrictedJoin) ||
    (rule === 'knock_restricted' && !rules.knockRestricted);
  return unknown ? { ...state, content: { join_rule: 'invite' } } : state;
}
