import type { KeyOf } from '../receive/arrival.ts';
import {
  createEvent,
  type EventFields,
  type PduEvent,
  type RoomVersionRules,
  signingKeyFromSeed,
  type SigningKey,
  verifyKeyOf,
} from '@hearth/protocol';

/** Far enough in the future for events of any test. */
const validUntilTs = 4_000_000_000_000;

/** Servers that exist only by their keys: they build and sign events as any server would. */
export class OtherServers {
  readonly #keys = new Map<string, SigningKey>();
  /** Signs with the wrong key when set. */
  forge = false;

  keyFor(domain: string): SigningKey {
    const known = this.#keys.get(domain);
    if (known) return known;
    const key = keyOfSeed(seedOf(domain));
    this.#keys.set(domain, key);
    return key;
  }

  /** The same key as a server keeps it in its file. */
  keyLine(domain: string): string {
    return `ed25519 test ${Buffer.from(seedOf(domain)).toString('base64')}\n`;
  }

  readonly keyOf: KeyOf = (serverName, keyId) => {
    const key = this.keyFor(serverName);
    return keyId === key.keyId ? { key: verifyKeyOf(key), validity: { validUntilTs } } : undefined;
  };

  /** An event of the sender's server; throws when it would have no valid format. */
  build(fields: EventFields, rules: RoomVersionRules): PduEvent {
    const domain = fields.sender.slice(fields.sender.indexOf(':') + 1);
    const key = this.forge ? keyOfSeed('somebody else, who has other keys'.slice(0, 32)) : this.keyFor(domain);
    const built = createEvent(fields, rules, domain, key);
    if (!built.allowed) throw new Error(`${built.rule}: ${built.reason}`);
    return built.event;
  }
}

function seedOf(domain: string): string {
  return `${domain} `.repeat(32).slice(0, 32);
}

function keyOfSeed(seed: string): SigningKey {
  const key = signingKeyFromSeed(Buffer.from(seed), 'ed25519:test');
  if (!key) throw new Error('not a key');
  return key;
}
