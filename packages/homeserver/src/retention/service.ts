import type { RoomEngine } from '../engine/engine.ts';
import type { Retention } from '../engine/retention.ts';
import { readMessagesBetween, readRoomsAfter } from './store.ts';
import { jsonObject, type JsonObject } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Messages of one write. */
const messagesAtOnce = 200;
/** Rooms looked at in one step. */
const roomsAtOnce = 50;

export type RetentionDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  /** Undefined where messages are kept for ever. */
  readonly retention: Retention | undefined;
};

/** How far a pass through all rooms has come. */
export type Pass = { readonly room: number };

/** Removes messages that are too old, which no reader has been shown since they became so. */
export class OldMessages {
  readonly #deps: RetentionDeps;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  /** GET retention/configuration (MSC1763). Without retention there is neither policy nor limit. */
  configuration(): JsonObject {
    const limits = this.#deps.retention?.limits;
    if (limits === undefined) return jsonObject({ policies: {}, limits: {} });
    const { usualMs, minMs, maxMs } = limits;
    return jsonObject({
      policies: usualMs === undefined ? {} : { '*': { max_lifetime: usualMs } },
      limits: { max_lifetime: { min: minMs, ...(maxMs === undefined ? {} : { max: maxMs }) } },
    });
  }

  /** The next rooms of a pass; undefined when it is done. */
  async step({ room }: Pass, signal: AbortSignal): Promise<Pass | undefined> {
    if (this.#deps.retention === undefined) return undefined;
    const rooms = await readRoomsAfter(this.#deps.database.reader, room, roomsAtOnce);
    let done = room;
    for (const next of rooms) {
      if (!(await this.#clean(next, this.#deps.retention, signal))) return { room: done };
      done = next;
    }
    return rooms.length === 0 ? undefined : { room: done };
  }

  /** Removes what is too old in a room; false when it was interrupted. */
  async #clean(room: number, retention: Retention, signal: AbortSignal): Promise<boolean> {
    const { database, engine } = this.#deps;
    const cutoff = await retention.cutoff(room);
    // Ends: what was purged is not found again.
    while (cutoff !== undefined) {
      if (signal.aborted) return false;
      const messages = await readMessagesBetween(database.reader, room, 0, cutoff, messagesAtOnce);
      if (messages.length === 0) return true;
      await engine.purge(room, messages);
    }
    return true;
  }
}
