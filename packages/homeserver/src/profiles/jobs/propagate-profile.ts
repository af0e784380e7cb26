import type { RoomEngine } from '../../engine/engine.ts';
import { MatrixError } from '../../http/errors.ts';
import { absorbEqualJobs } from '../../jobs/absorb.ts';
import { jobRow } from '../../jobs/enqueue.ts';
import type { JobHandler } from '../../jobs/job.ts';
import type { UserRooms } from '../../streams/user-rooms.ts';
import { propagateProfileJob } from '../propagation-kind.ts';
import type { Clock } from '@hearth/kit';
import { type JsonObject, jsonObject, jsonObjectFrom, type JsonValue } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Rooms that one run brings up to date; the rest is the next job's, so that a user in a thousand rooms holds nobody up. */
export const roomsPerRun = 50;
/** Pause before the next part. */
const pauseMs = 250;

export type PropagationDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly userRooms: UserRooms;
  readonly pokeJobs: () => void;
  readonly memberProfileOf: (user: number) => Promise<JsonObject>;
};

/**
 * Brings a user's display name and avatar into their member events, room by room. The profile is read when the job runs, so the newest
 * wins; jobs that wait for the same user are absorbed, so ten changes in a row make one event a room.
 */
export function propagateProfile(deps: PropagationDeps): JobHandler {
  return {
    kind: propagateProfileJob,
    run: async (payload, signal) => {
      const { user, after = 0 } = payload;
      if (typeof user !== 'number' || typeof after !== 'number') return { fail: 'the job names no user' };
      await absorbEqualJobs(deps.database, propagateProfileJob, { user });
      const [userId = ''] = await deps.engine.userIds([user]);
      const rooms = await joinedRoomsAfter(deps.userRooms, user, after);
      for (const room of rooms.slice(0, roomsPerRun)) {
        if (signal.aborted) return { retry: 'the server stops', afterMs: 0 };
        await bringUpToDate(deps, userId, user, room);
      }
      const last = rooms[roomsPerRun - 1];
      if (last !== undefined && rooms.length > roomsPerRun) await goOn(deps, user, last);
      return { done: true };
    },
  };
}

async function joinedRoomsAfter(userRooms: UserRooms, user: number, after: number): Promise<number[]> {
  const rooms = [...(await userRooms.of(user))].filter(([room, { membership }]) => membership === 'join' && room > after);
  return rooms.map(([room]) => room).sort((a, b) => a - b);
}

async function goOn({ database, clock, pokeJobs }: PropagationDeps, user: number, after: number): Promise<void> {
  const statements = [await jobRow(database, propagateProfileJob, { user, after }, clock.now() + pauseMs)];
  await database.write({ claims: [], statements, stream: [] });
  pokeJobs();
}

async function bringUpToDate({ engine, memberProfileOf }: PropagationDeps, userId: string, user: number, room: number): Promise<void> {
  const head = await engine.roomByNumber(room);
  const member = head && (await engine.currentState(head).get('m.room.member', userId));
  if (!head || member?.event.content['membership'] !== 'join') return;
  const profile = await memberProfileOf(user);
  const content = withProfile(member.event.content, profile);
  if (content['displayname'] === member.event.content['displayname'] && content['avatar_url'] === member.event.content['avatar_url'])
    return;
  try {
    await engine.submit(head.roomId, {
      type: 'm.room.member',
      sender: userId,
      stateKey: userId,
      content,
      precondition: async (state) => {
        const now = await state.get('m.room.member', userId);
        if (now?.event.content['membership'] !== 'join') throw new MatrixError('M_FORBIDDEN', 'The user has left the room.');
      },
    });
  } catch (error) {
    // A room that refuses, or that was left meanwhile, keeps the old name.
    if (!(error instanceof MatrixError) || error.errcode === 'M_UNAVAILABLE') throw error;
  }
}

/** What belonged to the join alone: a reason, an invitation by e-mail, who vouched for it. */
const ofTheJoin = new Set(['reason', 'third_party_invite', 'join_authorised_via_users_server', 'displayname', 'avatar_url']);

function withProfile(content: JsonObject, profile: JsonObject): JsonObject {
  const kept = Object.entries(content).filter((entry): entry is [string, JsonValue] => !ofTheJoin.has(entry[0]));
  return jsonObject({ ...jsonObjectFrom(kept), displayname: profile['displayname'], avatar_url: profile['avatar_url'] });
}
