import type { KeyOf } from '@hearth/homeserver/testing';
import {
  isKeyValidAt,
  type KeyLookup,
  type PduEvent,
  type RoomVersionRules,
  signingKeyFromSeed,
  type SigningKey,
  verifyKeyOf,
} from '@hearth/protocol';

/** After the end of any simulation. */
const validUntilTs = 4_000_000_000_000;

/** The keys of all servers of a simulation, as a notary would know them. */
export class KeyDirectory {
  readonly #keys = new Map<string, { readonly key: SigningKey; readonly expiredTs?: number }>();

  /** The key that a server signs with. */
  current(domain: string): SigningKey {
    return this.#key(domain, 'ed25519:now', undefined);
  }

  /** A key that a server has given up, and that counts only for events from before. */
  old(domain: string, expiredTs: number): SigningKey {
    return this.#key(domain, 'ed25519:old', expiredTs);
  }

  readonly keyOf: KeyOf = (domain, keyId) => {
    const known = this.#keys.get(`${domain} ${keyId}`);
    if (!known) return undefined;
    const validity = known.expiredTs === undefined ? { validUntilTs } : { expiredTs: known.expiredTs };
    return { key: verifyKeyOf(known.key), validity };
  };

  #key(domain: string, keyId: string, expiredTs: number | undefined): SigningKey {
    const name = `${domain} ${keyId}`;
    const known = this.#keys.get(name);
    if (known) return known.key;
    const key = signingKeyFromSeed(Buffer.from(`${name} `.repeat(32).slice(0, 32)), keyId);
    if (!key) throw new Error('not a key');
    this.#keys.set(name, expiredTs === undefined ? { key } : { key, expiredTs });
    return key;
  }
}

/** The keys that count for an event. */
export function keysAtTimeOf({ originServerTs }: PduEvent, rules: RoomVersionRules, keyOf: KeyOf): KeyLookup {
  return (domain, keyId) => {
    const known = keyOf(domain, keyId);
    return known && isKeyValidAt(known.validity, originServerTs, rules, originServerTs) ? known.key : undefined;
  };
}
