import { LRUCache } from 'lru-cache';

import { MatrixError } from '../http/errors.ts';
import type { Generation, Requester } from '../http/route.ts';
import { deleteOldFilters, findSameFilter, insertFilter, readFilter, readNewestFilter } from './store.ts';
import {
  type CompiledSyncFilter,
  compileSyncFilter,
  defaultSyncFilter,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonText,
  parseSyncFilter,
} from '@hearth/protocol';
import { type Database, WriteRefused } from '@hearth/storage';

/** Filters kept for one user; the oldest makes room for a new one. */
const filtersPerUserMax = 200;
/** Size of one definition: more than a client can need. */
const definitionBytesMax = 64 * 1024;
/** Compiled filters kept in mind, by the length of what they are found by. */
const compiledCharsMax = 4 * 1024 * 1024;

/** What is used when the client names no filter. */
export const usualFilter = compileSyncFilter(defaultSyncFilter());

/** Stored and inline filters. */
export class Filters {
  readonly #database: Database;
  readonly #compiled = new LRUCache<string, CompiledSyncFilter>({
    maxSize: compiledCharsMax,
    sizeCalculation: (_, key) => key.length + 500,
  });

  constructor(database: Database) {
    this.#database = database;
  }

  /** POST user/{userId}/filter. The same filter again gets the same id. */
  async store(requester: Requester, definition: JsonObject): Promise<string> {
    parse(definition);
    const text = JSON.stringify(definition);
    if (Buffer.byteLength(text) > definitionBytesMax)
      throw new MatrixError('M_TOO_LARGE', `A filter has at most ${definitionBytesMax} bytes.`);
    const same = await findSameFilter(this.#database.reader, requester.user, text);
    if (same !== undefined) return String(same);
    const number = (await readNewestFilter(this.#database.reader, requester.user)) + 1;
    const statements = [
      { insert: insertFilter, row: [requester.user, number, text] },
      { run: deleteOldFilters, params: [requester.user, number - filtersPerUserMax] },
    ];
    try {
      await this.#database.write({ claims: [], statements, stream: [] });
    } catch (error) {
      // Another device of the user was first: take the next number.
      if (error instanceof WriteRefused && error.why === 'duplicate') return this.store(requester, definition);
      throw error;
    }
    return String(number);
  }

  /** GET user/{userId}/filter/{filterId}: as it was sent. */
  async get(requester: Requester, filterId: string): Promise<JsonObject> {
    const text = await this.#text(requester, filterId);
    if (text === undefined) throw new MatrixError('M_NOT_FOUND', `You have no filter ${JSON.stringify(filterId)}.`);
    return JSON.parse(text) as JsonObject;
  }

  /** The `filter` of a /sync: an id, inline JSON, or nothing. Clients of 2015 may write `*` among senders and rooms (a14). */
  async forSync(requester: Requester, given: string | undefined, generation: Generation): Promise<CompiledSyncFilter> {
    if (given === undefined || given === '') return usualFilter;
    const wildcardIds = generation === 'v2a' || generation === 'v1';
    const key = `${wildcardIds ? 'w' : ''}${given.startsWith('{') ? given : `${requester.user}/${given}`}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const text = given.startsWith('{') ? given : await this.#text(requester, given);
    if (text === undefined) throw new MatrixError('M_INVALID_PARAM', `You have no filter ${JSON.stringify(given)}.`);
    const json = parseJsonText(text, { numbers: 'any' });
    if (!json.ok) throw new MatrixError('M_NOT_JSON', 'The filter is neither an id nor JSON.');
    const compiled = compileSyncFilter(parse(json.value), { wildcardIds });
    this.#compiled.set(key, compiled);
    return compiled;
  }

  async #text(requester: Requester, filterId: string): Promise<string | undefined> {
    return /^\d{1,15}$/.test(filterId) ? readFilter(this.#database.reader, requester.user, Number(filterId)) : undefined;
  }
}

function parse(definition: JsonValue): Parameters<typeof compileSyncFilter>[0] {
  if (!isJsonObject(definition)) throw new MatrixError('M_BAD_JSON', 'A filter is a JSON object.');
  const parsed = parseSyncFilter(definition);
  if (!parsed.ok) throw new MatrixError(parsed.errcode, parsed.error);
  return parsed.filter;
}
