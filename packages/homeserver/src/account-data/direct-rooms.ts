import { accountDataNews } from './service.ts';
import { accountDataChangeFrom, readAccountData } from './store.ts';
import { isJsonObject, type JsonObject, jsonObjectFrom, type JsonValue } from '@hearth/protocol';
import { type Database, emptyWrite, type Write } from '@hearth/storage';

const type = 'm.direct';

/** What lists this room, and no longer those that it replaces. */
export type Listing = (room: string, replaced: readonly string[]) => Write;

/** Which rooms users keep as direct ones with whom (https://spec.matrix.org/v1.19/client-server-api/#direct-messaging). */
export class DirectRooms {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Ids of the rooms that a user has listed for somebody, newest entries last. What clients have stored there may be anything. */
  async listed(user: number, partner: string): Promise<string[]> {
    return roomsOf((await this.#read(user)).content, partner);
  }

  /**
   * Makes the rows that list a room for somebody in place of others, from the list as it is read now: a room that is not made yet has no id.
   * Written after the list has changed they are refused.
   */
  async listing(user: number, partner: string): Promise<Listing> {
    const { text, content } = await this.#read(user);
    const before = roomsOf(content, partner);
    return (room, replaced) => {
      const kept = before.filter((id) => id !== room && !replaced.includes(id));
      if (before.includes(room) && kept.length === before.length - 1) return emptyWrite;
      const others = Object.entries(content).filter(([userId]) => userId !== partner);
      const next = JSON.stringify(jsonObjectFrom([...others, [partner, [...kept, room]]]));
      return { claims: [], statements: [accountDataChangeFrom(user, 0, type, text, next)], stream: [accountDataNews(user, 0, type)] };
    };
  }

  async #read(user: number): Promise<{ readonly text: string | undefined; readonly content: JsonObject }> {
    const text = await readAccountData(this.#database.reader, user, 0, type);
    const value: JsonValue = text === undefined ? {} : (JSON.parse(text) as JsonValue);
    return { text, content: isJsonObject(value) ? value : {} };
  }
}

function roomsOf(content: JsonObject, partner: string): string[] {
  const rooms = Object.hasOwn(content, partner) ? content[partner] : undefined;
  return Array.isArray(rooms) ? rooms.filter((id): id is string => typeof id === 'string') : [];
}
