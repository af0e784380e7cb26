import type { KnownKey } from '../keys/known-key.ts';
import { currentKeyRows, readOwnKeys } from './own-keys-store.ts';
import type { Clock } from '@hearth/kit';
import {
  jsonObject,
  jsonObjectFrom,
  type JsonObject,
  signJson,
  type SigningKey,
  verifyKeyFromBase64,
  type VerifyKey,
} from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** For how long others may believe what we say of our keys; they ask again when half of it has passed. */
const validMs = 24 * 60 * 60_000;

type OldKey = { readonly keyId: string; readonly publicKey: string; readonly expiredTs: number; readonly key: VerifyKey };
type DomainKeys = { readonly current: SigningKey; readonly currentKey: VerifyKey; readonly old: readonly OldKey[] };

/** The keys of our domains: those that sign, and the public parts of those that once did. */
export type OwnKeys = {
  isOurs(serverName: string): boolean;
  current(domain: string): SigningKey;
  /** What others are told of a domain's keys, signed (https://spec.matrix.org/v1.19/server-server-api/#publishing-keys). */
  answer(domain: string): JsonObject;
  known(serverName: string, keyId: string): KnownKey | undefined;
};

/**
 * Notes which keys are in use now. A key is changed by putting another one into its file: at the next start the one before is kept
 * among those whose signatures of before still count.
 */
export async function openOwnKeys(database: Database, clock: Clock, keys: ReadonlyMap<string, SigningKey>): Promise<OwnKeys> {
  const domains = new Map<string, DomainKeys>();
  for (const [domain, key] of keys) domains.set(domain, await keysOfDomain(database, clock, domain, key));
  const keysOf = (domain: string): DomainKeys => {
    const found = domains.get(domain);
    if (found === undefined) throw new Error(`${domain} is no domain of this server`);
    return found;
  };
  return {
    isOurs: (serverName) => domains.has(serverName),
    current: (domain) => keysOf(domain).current,
    answer: (domain) => answer(domain, keysOf(domain), clock.now()),
    known: (serverName, keyId) => {
      const own = domains.get(serverName);
      if (own?.current.keyId === keyId) return { key: own.currentKey, validity: { validUntilTs: clock.now() + validMs } };
      const old = own?.old.find((one) => one.keyId === keyId);
      return old && { key: old.key, validity: { expiredTs: old.expiredTs } };
    },
  };
}

async function keysOfDomain(database: Database, clock: Clock, domain: string, current: SigningKey): Promise<DomainKeys> {
  const before = await readOwnKeys(database.reader, domain);
  const sameId = before.find((row) => row.key_id === current.keyId);
  if (sameId !== undefined && sameId.public_key !== current.publicKey) {
    throw new Error(
      `the signing key of ${domain} has the id ${current.keyId} of another key that was used before: give it an id of its own`,
    );
  }
  if (before.find((row) => row.expired_ts === 0)?.key_id !== current.keyId) {
    await database.write({
      claims: [],
      statements: currentKeyRows(domain, current.keyId, current.publicKey, clock.now()),
      stream: [],
    });
  }
  const old = (await readOwnKeys(database.reader, domain)).flatMap(({ key_id: keyId, public_key: publicKey, expired_ts: expiredTs }) => {
    const key = keyId === current.keyId ? undefined : verifyKeyFromBase64(publicKey);
    return key === undefined ? [] : [{ keyId, publicKey, expiredTs, key }];
  });
  const currentKey = verifyKeyFromBase64(current.publicKey);
  if (currentKey === undefined) throw new Error(`the signing key of ${domain} is none that others would take`);
  return { current, currentKey, old };
}

function answer(domain: string, { current, old }: DomainKeys, nowTs: number): JsonObject {
  const keys = jsonObject({
    server_name: domain,
    valid_until_ts: nowTs + validMs,
    verify_keys: jsonObject({ [current.keyId]: jsonObject({ key: current.publicKey }) }),
    old_verify_keys: jsonObjectFrom(
      old.map(({ keyId, publicKey, expiredTs }) => [keyId, jsonObject({ key: publicKey, expired_ts: expiredTs })] as const),
    ),
  });
  return signJson(keys, domain, current);
}
