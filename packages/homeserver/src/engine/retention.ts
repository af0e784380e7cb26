import type { RoomEngine } from './engine.ts';
import type { EventRecord } from './event-record.ts';
import type { Clock } from '@hearth/kit';
import { type JsonObject, ownInteger } from '@hearth/protocol';

/** What this server lets rooms wish for, in milliseconds. */
export type RetentionLimits = {
  /** For rooms that say nothing; undefined: for ever. */
  readonly usualMs: number | undefined;
  readonly minMs: number;
  readonly maxMs: number | undefined;
};

/**
 * How long messages of a room live, by its `m.room.retention` (MSC1763) within the server's limits; undefined: for ever. A room that only says
 * how long they live at least has the server's default, or longer; one that says less than nothing, or less at most than at least, says nothing.
 */
export function lifetimeOf(content: JsonObject | undefined, { usualMs, minMs, maxMs }: RetentionLimits): number | undefined {
  const most = wishOf(content, 'max_lifetime');
  const least = wishOf(content, 'min_lifetime') ?? 0;
  const isSense = most === undefined || most >= least;
  const lifetime = (isSense ? most : undefined) ?? usualMs;
  if (lifetime === undefined) return maxMs;
  return Math.min(Math.max(lifetime, minMs, isSense ? least : 0), maxMs ?? Number.MAX_SAFE_INTEGER);
}

function wishOf(content: JsonObject | undefined, key: string): number | undefined {
  const wish = content && ownInteger(content, key);
  return wish !== undefined && wish >= 0 ? wish : undefined;
}

/** Which messages are too old to be kept. */
export class Retention {
  readonly limits: RetentionLimits;
  readonly #engine: Pick<RoomEngine, 'roomByNumber' | 'currentState'>;
  readonly #clock: Clock;

  constructor(engine: Pick<RoomEngine, 'roomByNumber' | 'currentState'>, clock: Clock, limits: RetentionLimits) {
    this.#engine = engine;
    this.#clock = clock;
    this.limits = limits;
  }

  /** Messages of a room that were sent before this time are to go; undefined: none. */
  async cutoff(room: number): Promise<number | undefined> {
    const head = await this.#engine.roomByNumber(room);
    const policy = head && (await this.#engine.currentState(head).get('m.room.retention', ''));
    const lifetime = lifetimeOf(policy?.event.content, this.limits);
    return lifetime === undefined ? undefined : this.#clock.now() - lifetime;
  }

  /** Without those that are too old, all being of one room. State stays. */
  async unexpired(records: readonly EventRecord[]): Promise<readonly EventRecord[]> {
    const [first] = records;
    if (first === undefined) return records;
    const cutoff = await this.cutoff(first.room);
    return cutoff === undefined
      ? records
      : records.filter(({ stateKey, event }) => stateKey !== undefined || event.originServerTs >= cutoff);
  }
}
