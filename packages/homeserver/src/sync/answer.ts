import type { JsonObject } from '@hearth/protocol';
import type { SyncAnswer, SyncEvent } from '../streams/stream.ts';

/** What sections add to one joined room. */
export type RoomAdditions = { readonly ephemeral: SyncEvent[]; readonly accountData: SyncEvent[]; readonly keys: Map<string, unknown> };

/** The answer that sections fill. */
export class AnswerDraft implements SyncAnswer {
  readonly accountData: SyncEvent[] = [];
  readonly presence: SyncEvent[] = [];
  readonly toDevice: JsonObject[] = [];
  readonly extra = new Map<string, unknown>();
  readonly rooms = new Map<number, RoomAdditions>();

  addEphemeral(room: number, event: SyncEvent): void {
    this.room(room).ephemeral.push(event);
  }

  addRoomAccountData(room: number, event: SyncEvent): void {
    this.room(room).accountData.push(event);
  }

  addToRoom(room: number, key: string, value: unknown): void {
    this.room(room).keys.set(key, value);
  }

  room(room: number): RoomAdditions {
    let additions = this.rooms.get(room);
    if (!additions) {
      additions = { ephemeral: [], accountData: [], keys: new Map() };
      this.rooms.set(room, additions);
    }
    return additions;
  }
}
