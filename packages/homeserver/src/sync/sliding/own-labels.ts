import { LRUCache } from 'lru-cache';

import { readDirect, readTags } from './store.ts';
import { isJsonObject, type JsonObject, ownObject, parseJsonText } from '@hearth/protocol';
import { type Reader, type StreamEntry, streamKinds } from '@hearth/storage';

/** Users whose labels are kept in mind. */
const usersMax = 5_000;

export type Tags = ReadonlyMap<number, ReadonlySet<string>>;

/** What users say about their rooms in account data: which are direct, and their tags. Read when asked for, forgotten when changed. */
export class OwnLabels {
  readonly #reader: Reader;
  readonly #direct = new LRUCache<number, Promise<ReadonlySet<string>>>({ max: usersMax });
  readonly #tags = new LRUCache<number, Promise<Tags>>({ max: usersMax });

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Ids of the rooms in `m.direct`. */
  directRooms(user: number): Promise<ReadonlySet<string>> {
    return kept(this.#direct, user, async () => {
      const lists = Object.values(objectIn(await readDirect(this.#reader, user)) ?? {});
      return new Set(lists.flatMap((list) => (Array.isArray(list) ? list.filter((roomId) => typeof roomId === 'string') : [])));
    });
  }

  /** Tags by room. */
  tags(user: number): Promise<Tags> {
    return kept(this.#tags, user, async () => {
      const rows = await readTags(this.#reader, user);
      return new Map(rows.map(({ room, content }) => [room, new Set(Object.keys(ownObject(objectIn(content) ?? {}, 'tags') ?? {}))]));
    });
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, usr, detail } of entries) {
      if (kind !== streamKinds.accountData || usr === null) continue;
      if (detail === 'm.direct') this.#direct.delete(usr);
      if (detail === 'm.tag') this.#tags.delete(usr);
    }
  };
}

function kept<Value>(cache: LRUCache<number, Promise<Value>>, user: number, read: () => Promise<Value>): Promise<Value> {
  const known = cache.get(user);
  if (known) return known;
  const value = read();
  cache.set(user, value);
  // A reading that failed is tried again by the next who asks.
  value.catch(() => cache.delete(user));
  return value;
}

function objectIn(text: string | undefined): JsonObject | undefined {
  const parsed = text === undefined ? undefined : parseJsonText(text, { numbers: 'any' });
  return parsed?.ok === true && isJsonObject(parsed.value) ? parsed.value : undefined;
}
