import type { Books, SeenRoom, Token, User } from './books.ts';
import { type Door, NoAnswer } from './door.ts';
import { type Clock, sleep } from '@hearth/kit';

/** So many events of a room come with one /sync; what is beyond must be found by the gap's token. */
export const timelineLimit = 50;

const filter = JSON.stringify({ room: { timeline: { limit: timelineLimit } }, presence: { not_types: ['*'] } });
const waitMs = 5000;

export type SyncAnswer = {
  readonly rooms: ReadonlyMap<string, SeenRoom & { readonly prevBatch: string | undefined }>;
  readonly next: string;
};

/** One /sync from a token, or from nothing. */
export async function syncOnce(door: Door, user: User, since: string | undefined, timeoutMs: number): Promise<SyncAnswer> {
  const query = new URLSearchParams({ timeout: String(timeoutMs), filter, ...(since === undefined ? {} : { since }) });
  const body = await door.ok(user.token, { method: 'GET', path: `/sync?${query.toString()}` });
  const joined = Object.entries(
    (body.rooms?.join ?? {}) as Record<string, { timeline?: { events?: { event_id: string }[]; limited?: boolean; prev_batch?: string } }>,
  );
  const rooms = joined.map(([roomId, { timeline = {} }]) => {
    const eventIds = (timeline.events ?? []).map((event) => event.event_id);
    return [roomId, { eventIds, limited: timeline.limited === true, prevBatch: timeline.prev_batch }] as const;
  });
  return { rooms: new Map(rooms), next: body.next_batch as string };
}

/** A client that only reads: it writes down every answer, and the tokens that later lives of the server must still understand. */
export class SyncReader {
  readonly #user: User;
  readonly #books: Books;
  readonly #clock: Clock;
  #token: Token | undefined;

  constructor(user: User, books: Books, clock: Clock) {
    this.#user = user;
    this.#books = books;
    this.#clock = clock;
  }

  /** Reads until the signal ends; each answer is bounded by `waitMs`. */
  async run(door: Door, cycle: number, signal: AbortSignal): Promise<void> {
    for (let reads = 0; reads < readsMax && !signal.aborted; reads++) {
      try {
        await this.read(door, cycle, this.#token === undefined ? 0 : waitMs);
      } catch (error) {
        // Whatever else was wrong with it, the next life of the server must answer from the same token.
        if (!(error instanceof NoAnswer) && !isServerError(error))
          this.#books.problem('token', `sync from a token of cycle ${this.#token?.cycle}: ${String(error)}`);
        await sleep(this.#clock, 50, signal);
      }
    }
  }

  async read(door: Door, cycle: number, timeoutMs: number): Promise<void> {
    const answer = await syncOnce(door, this.#user, this.#token?.since, timeoutMs);
    const lastSeen = new Map(this.#token?.lastSeen);
    for (const [roomId, { eventIds }] of answer.rooms) {
      const last = eventIds.at(-1);
      if (last !== undefined) lastSeen.set(roomId, last);
    }
    if (this.#token !== undefined) this.#books.steps.push({ from: this.#token, rooms: answer.rooms });
    this.#token = { user: this.#user, since: answer.next, lastSeen, cycle };
    this.#books.tokens.push(this.#token);
  }
}

const readsMax = 100_000;

function isServerError(error: unknown): boolean {
  return error instanceof Error && /was answered 5\d\d/.test(error.message);
}
