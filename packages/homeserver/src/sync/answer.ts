import type { SyncAnswer, SyncEvent } from '../streams/stream.ts';
import type { CompiledSyncFilter, JsonObject } from '@hearth/protocol';

/** What sections add to one room. */
export type RoomAdditions = { readonly ephemeral: SyncEvent[]; readonly accountData: SyncEvent[]; readonly keys: Map<string, unknown> };

export const noAdditions: RoomAdditions = { ephemeral: [], accountData: [], keys: new Map() };

/** The answer that sections fill. */
export class AnswerDraft implements SyncAnswer {
  accountData: SyncEvent[] = [];
  presence: SyncEvent[] = [];
  readonly toDevice: JsonObject[] = [];
  toDeviceUpTo: number | undefined;
  readonly extra = new Map<string, unknown>();
  readonly rooms = new Map<number, RoomAdditions>();

  addEphemeral(room: number, event: SyncEvent): void {
    this.#room(room).ephemeral.push(event);
  }

  addRoomAccountData(room: number, event: SyncEvent): void {
    this.#room(room).accountData.push(event);
  }

  addToRoom(room: number, key: string, value: unknown): void {
    this.#room(room).keys.set(key, value);
  }

  /** Whether there is anything besides rooms. */
  get empty(): boolean {
    return this.accountData.length === 0 && this.presence.length === 0 && this.toDevice.length === 0 && this.extra.size === 0;
  }

  /** Drops what the client does not want of all that belongs to no room. */
  applyFilter({ accountData, presence }: CompiledSyncFilter): void {
    this.accountData = this.accountData.filter((event) => accountData.matchesAll || accountData.matches(event));
    this.presence = this.presence.filter((event) => presence.matchesAll || presence.matches(event));
  }

  /** What the client wants of a room's additions. */
  additionsOf(room: number, roomId: string, { ephemeral, roomAccountData }: CompiledSyncFilter): RoomAdditions {
    const additions = this.rooms.get(room);
    if (!additions) return noAdditions;
    return {
      ephemeral: additions.ephemeral.filter((event) => ephemeral.matchesAll || ephemeral.matches({ ...event, roomId })),
      accountData: additions.accountData.filter((event) => roomAccountData.matchesAll || roomAccountData.matches({ ...event, roomId })),
      keys: additions.keys,
    };
  }

  #room(room: number): RoomAdditions {
    let additions = this.rooms.get(room);
    if (!additions) {
      additions = { ephemeral: [], accountData: [], keys: new Map() };
      this.rooms.set(room, additions);
    }
    return additions;
  }
}
