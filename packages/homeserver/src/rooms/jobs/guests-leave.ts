import { MatrixError } from '../../http/errors.ts';
import { jobRow } from '../../jobs/enqueue.ts';
import type { JobHandler } from '../../jobs/job.ts';
import type { Follower } from '../../streams/follower.ts';
import type { RoomsDeps } from '../deps.ts';
import { admitsGuests, guestsIn } from '../guests.ts';
import { type Statement, streamKinds } from '@hearth/storage';

/** Stored with jobs: never change it. */
const guestsLeaveJob = 'rooms-guests-leave';
/** Guests who leave at a time. */
const atOnce = 50;

/** Notices when a room may have ceased to let guests in, and has a job look after them (a21). */
export function guestAccessFollower({ database, engine, clock, pokeJobs }: RoomsDeps): Follower {
  return {
    name: 'rooms-guest-access', // of its cursor and its lease: never change it
    kinds: new Set([streamKinds.event, streamKinds.state]),
    follow: async (entries) => {
      const events = await engine.events(entries.filter(({ kind }) => kind === streamKinds.event).map(({ subject }) => subject));
      const rooms = new Set(events.filter((record) => record?.event.type === 'm.room.guest_access').map((record) => record?.room ?? 0));
      // Where the state changed without an event nobody says what changed.
      for (const { kind, room } of entries) if (kind === streamKinds.state && room !== null) rooms.add(room);
      const jobs: Statement[] = [];
      for (const room of rooms) {
        const [guest] = await guestsIn(database, room, 0, 1);
        if (guest !== undefined) jobs.push(await jobRow(database, guestsLeaveJob, { room }, clock.now()));
      }
      return jobs;
    },
    committed: pokeJobs,
  };
}

/** Takes this server's guests out of a room that does not let them in any more. Who has left is not found again, so it may be repeated. */
export function guestsLeave({ database, engine }: RoomsDeps): JobHandler {
  return {
    kind: guestsLeaveJob,
    run: async ({ room }, signal) => {
      if (typeof room !== 'number') return { fail: 'the job names no room' };
      // Ends: the user number grows with each page.
      for (let after = 0; ;) {
        if (signal.aborted) return { retry: 'the server stops', afterMs: 0 };
        const head = await engine.roomByNumber(room);
        if (!head || (await admitsGuests(engine.currentState(head)))) return { done: true };
        const guests = await guestsIn(database, room, after, atOnce);
        const last = guests.at(-1);
        if (last === undefined) return { done: true };
        const ids = await engine.userIds(guests);
        await Promise.all(ids.map((userId) => leave(engine, head.roomId, userId)));
        after = last;
      }
    },
  };
}

async function leave(engine: RoomsDeps['engine'], roomId: string, userId: string): Promise<void> {
  try {
    await engine.submit(roomId, { type: 'm.room.member', sender: userId, stateKey: userId, content: { membership: 'leave' } });
  } catch (error) {
    // They left, or were put out, by themselves.
    if (!(error instanceof MatrixError && error.errcode === 'M_FORBIDDEN')) throw error;
  }
}
