import { createHash } from 'node:crypto';

import { type JsonObject, jsonObject, type SigningKey, signingKeyFromSeed, signText, canonicalJson, withoutKeys } from '@hearth/protocol';
import type { Session } from '@hearth/testkit';

/*
 * Devices and people with real keys, made from their names, so that every run has the same.
 */

export const v3 = '/_matrix/client/v3';

/** A key whose private half is known. `id` is what stands behind `ed25519:`. */
export type Pair = { readonly id: string; readonly publicKey: string; readonly sign: (object: object) => string };

export function pairOf(name: string, id?: string): Pair {
  const key = signingKeyFromSeed(createHash('sha256').update(name).digest(), 'ed25519:x') as SigningKey;
  const covered = (object: object): string => canonicalJson(withoutKeys(object as JsonObject, ['signatures', 'unsigned']));
  return { id: id ?? key.publicKey, publicKey: key.publicKey, sign: (object) => signText(covered(object), key) };
}

/** The object with a signature more. */
export function signed<T extends object>(object: T, userId: string, by: Pair): T & { signatures: Record<string, Record<string, string>> } {
  const { signatures = {} } = object as { signatures?: Record<string, Record<string, string>> };
  const ofUser = { ...signatures[userId], [`ed25519:${by.id}`]: by.sign(object) };
  return { ...object, signatures: { ...signatures, [userId]: ofUser } };
}

/** Device keys as a client publishes them. */
export function deviceKeys({ userId, deviceId }: Session, device = pairOf(`${userId} ${deviceId}`, deviceId), more: object = {}) {
  const object = {
    user_id: userId,
    device_id: deviceId,
    algorithms: ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'],
    keys: { [`ed25519:${deviceId}`]: device.publicKey, [`curve25519:${deviceId}`]: pairOf(`curve ${device.publicKey}`).publicKey },
    ...more,
  };
  return signed(object, userId, device);
}

/** `count` signed one-time keys, named in the order in which they should be given out. */
export function oneTimeKeys({ userId, deviceId }: Session, count: number, prefix = 'A'): Record<string, object> {
  const device = pairOf(`${userId} ${deviceId}`, deviceId);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const id = `${prefix}${String(index).padStart(4, '0')}`;
      return [`signed_curve25519:${id}`, signed({ key: pairOf(`${userId} ${deviceId} ${id}`).publicKey }, userId, device)];
    }),
  );
}

export type Identity = { readonly master: Pair; readonly selfSigning: Pair; readonly userSigning: Pair; readonly upload: JsonObject };

/** The three cross-signing keys of somebody. `name` makes other ones. */
export function identity(userId: string, name = ''): Identity {
  const [master, selfSigning, userSigning] = ['master', 'self', 'user'].map((usage) => pairOf(`${userId} ${usage} ${name}`)) as [
    Pair,
    Pair,
    Pair,
  ];
  const key = (usage: string, pair: Pair) => ({ user_id: userId, usage: [usage], keys: { [`ed25519:${pair.id}`]: pair.publicKey } });
  const upload = {
    master_key: key('master', master),
    self_signing_key: signed(key('self_signing', selfSigning), userId, master),
    user_signing_key: signed(key('user_signing', userSigning), userId, master),
  };
  return { master, selfSigning, userSigning, upload: jsonObject(upload) };
}

export const post = (session: Session, path: string, body: object) => session.ok('POST', `${v3}/keys/${path}`, { body });
export const claimOf = (userId: string, deviceId: string, algorithm = 'signed_curve25519'): object => ({
  one_time_keys: { [userId]: { [deviceId]: algorithm } },
});
/** The name of the key that a claim brought, or undefined. */
export function claimed(
  body: { one_time_keys: Record<string, Record<string, object>> },
  userId: string,
  deviceId: string,
): string | undefined {
  return Object.keys(body.one_time_keys[userId]?.[deviceId] ?? {})[0];
}
