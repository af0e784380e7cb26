import type { EventRecord } from './event-record.ts';
import type { Soon } from './soon.ts';

/** A room's state at some point. Reading it costs what is read, never the size of the room, but for `all`. */
export interface StateView {
  readonly room: number;
  /** The state's number within its room. */
  readonly number: number;
  get(type: string, stateKey: string): Soon<EventRecord | undefined>;
  getMany(pairs: readonly (readonly [type: string, stateKey: string])[]): Soon<(EventRecord | undefined)[]>;
  /** Event numbers of the whole state: work proportional to the room, so only where the answer is. */
  all(): Promise<EventRecord[]>;
  /** All of it but `m.room.member`: the room's face, without work proportional to its members (but for the first time). */
  face(): Promise<EventRecord[]>;
  count(): Promise<number>;
}

/** One key in which two states differ. */
export type StateChange = { readonly before: EventRecord | undefined; readonly after: EventRecord | undefined };
