import type { DraftDeps } from './draft-deps.ts';
import { Engine } from './engine-in-process.ts';
import { EventReader } from './event-reader.ts';
import { EventSigner } from './event-signer.ts';
import { Interner } from './interner.ts';
import { States } from './states.ts';
import { insertMeta, metaValue } from './store.ts';
import { createPairHash } from './trie/fingerprint.ts';
import type { CacheBudget, Random } from '@hearth/kit';
import type { SigningKey } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export type EngineOptions = Pick<DraftDeps, 'database' | 'clock' | 'random' | 'projections'> & {
  /** The signing key of each local domain. */
  readonly signingKeys: ReadonlyMap<string, SigningKey>;
  readonly caches: CacheBudget;
};

/** Puts the engine together on an open database. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { database, random } = options;
  const interner = new Interner(database);
  const events = new EventReader(database, options.caches);
  const pairHash = createPairHash(await fingerprintSecret(database, random));
  const states = new States({ database, interner, events, pairHash });
  return new Engine({ ...options, interner, events, states, signer: new EventSigner(options.signingKeys) });
}

/** The secret of the states' fingerprints: made once in a database's life and the same for all of its nodes. */
async function fingerprintSecret(database: Database, random: Random): Promise<Uint8Array> {
  const made = random.bytes(32).toString('base64url');
  const known = await database.reader.first(metaValue, ['state-fingerprint-secret']);
  if (!known) {
    await database.write({ claims: [], statements: [{ insert: insertMeta, row: ['state-fingerprint-secret', made] }], stream: [] });
  }
  const stored = known ?? (await database.reader.first(metaValue, ['state-fingerprint-secret']));
  if (!stored) throw new Error('the secret of the state fingerprints was not stored');
  return Buffer.from(stored.value, 'base64url');
}
