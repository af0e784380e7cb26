import type { KeyAnswer } from './key-answer.ts';
import { keysPerServerMax } from './key-answer.ts';
import type { KnownKey } from './known-key.ts';
import { answerRows, readKeyAnswers, readServerKeys, type ServerKeyRow, serversPerReadMax } from './store.ts';
import type { Cache, CacheBudget } from '@hearth/kit';
import { canonicalJson, type VerifyKey, verifyKeyFromBase64 } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export type StoredKey = {
  readonly key: VerifyKey;
  readonly validUntilTs: number;
  /** Absent: in use. */
  readonly expiredTs?: number;
};
export type StoredKeys = ReadonlyMap<string, StoredKey>;

/** Who told: the server itself, or somebody who had asked it earlier. */
export type KeySource = 'server' | 'notary';

/** What is known of other servers' keys, in the database and, of those that are in use, in memory. */
export class StoredKeyTable {
  readonly #database: Database;
  readonly #cache: Cache<string, StoredKeys>;
  constructor(database: Database, caches: CacheBudget) {
    this.#database = database;
    this.#cache = caches.cache({ name: 'server-keys', sizeOf: (keys) => 100 + keys.size * 400 });
  }

  /** The keys of these servers; of one about which nothing is known, none. */
  async of(servers: readonly string[]): Promise<ReadonlyMap<string, StoredKeys>> {
    const found = new Map<string, StoredKeys>();
    const unknown: string[] = [];
    for (const server of new Set(servers)) {
      const cached = this.#cache.get(server);
      if (cached === undefined) unknown.push(server);
      else found.set(server, cached);
    }
    for (let start = 0; start < unknown.length; start += serversPerReadMax) {
      const part = unknown.slice(start, start + serversPerReadMax);
      const rows = Map.groupBy(await readServerKeys(this.#database.reader, part), ({ server }) => server);
      for (const server of part) {
        const keys = keysOf(rows.get(server) ?? []);
        // Names that strangers make up must not push out what is in use.
        if (keys.size > 0) this.#cache.set(server, keys);
        found.set(server, keys);
      }
    }
    return found;
  }

  /** What each of these servers said in its own signed words, by the time until which that holds. */
  async answersOf(servers: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, string>>> {
    const found = new Map<string, Map<number, string>>();
    const names = [...new Set(servers)].slice(0, serversPerReadMax);
    for (const row of await readKeyAnswers(this.#database.reader, names)) {
      const ofServer = found.get(row.server) ?? new Map<number, string>();
      found.set(row.server, ofServer.set(row.valid_until_ts, row.answer));
    }
    return found;
  }

  async learn(answer: KeyAnswer, source: KeySource): Promise<void> {
    const { serverName } = answer;
    const before = (await this.of([serverName])).get(serverName) ?? new Map<string, StoredKey>();
    const merged = new Map(before);
    for (const [keyId, { key, expiredTs }] of answer.keys) {
      // A server that shows ever new keys does not fill the table.
      if (!merged.has(keyId) && merged.size >= keysPerServerMax) continue;
      const fresh = { key, validUntilTs: answer.validUntilTs, ...(expiredTs === undefined ? {} : { expiredTs }) };
      const kept = merged.get(keyId);
      merged.set(keyId, kept === undefined || source === 'server' ? fresh : newerOf(kept, fresh));
    }
    const changed = [...merged].filter(([keyId, key]) => before.get(keyId) !== key);
    if (changed.length === 0) return;
    await this.#database.write({
      claims: [],
      statements: answerRows(
        changed.map(([keyId, key]) => rowOf(serverName, keyId, key)),
        { server: serverName, valid_until_ts: answer.validUntilTs, answer: canonicalJson(answer.json) },
      ),
      stream: [],
    });
    this.#cache.set(serverName, merged);
  }
}

/** A notary may tell what it heard long ago, so that it never takes back what is known: no validity, no end, and no key. */
function newerOf(kept: StoredKey, told: StoredKey): StoredKey {
  if (told.key.publicKey !== kept.key.publicKey || kept.expiredTs !== undefined) return kept;
  return told.expiredTs !== undefined || told.validUntilTs > kept.validUntilTs ? told : kept;
}

const inUse = -1;

function keysOf(rows: readonly ServerKeyRow[]): StoredKeys {
  const keys = new Map<string, StoredKey>();
  for (const row of rows) {
    // A key that has become known as bad since it was stored is none.
    const key = verifyKeyFromBase64(row.public_key);
    if (key === undefined) continue;
    const stored = { key, validUntilTs: row.valid_until_ts };
    keys.set(row.key_id, row.expired_ts === inUse ? stored : { ...stored, expiredTs: row.expired_ts });
  }
  return keys;
}

function rowOf(server: string, keyId: string, { key, validUntilTs, expiredTs }: StoredKey): ServerKeyRow {
  return {
    server,
    key_id: keyId,
    public_key: key.publicKey,
    valid_until_ts: validUntilTs,
    expired_ts: expiredTs ?? inUse,
  };
}

export function knownKeyOf({ key, validUntilTs, expiredTs }: StoredKey): KnownKey {
  return { key, validity: expiredTs === undefined ? { validUntilTs } : { expiredTs } };
}
