import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  keyAlgorithmOf,
  keyValidityMsMax,
  own,
  ownInteger,
  ownObject,
  ownString,
  parseKeyId,
  parseServerName,
  type ServerName,
  signingAlgorithm,
  verifyJson,
  verifyKeyFromBase64,
  type VerifyKey,
} from '@hearth/protocol';

/** A server's word about its keys, which it has signed itself. */
export type KeyAnswer = {
  readonly serverName: ServerName;
  /** At most a week from when it was heard, whatever it says. */
  readonly validUntilTs: number;
  readonly keys: ReadonlyMap<string, { readonly key: VerifyKey; /** Absent: in use. */ readonly expiredTs?: number }>;
  /** As it was said, with its signatures. */
  readonly json: JsonObject;
};

/** Keys of one server, those of the past included. */
export const keysPerServerMax = 20;
/** An answer of so many keys fits, with its signatures, a few times. */
export const keyAnswerBytesMax = 16 * 1024;

/**
 * What a server said of its keys, or undefined when it is not of the form, is not signed by one of the keys that it names as in use, or
 * one of their signatures is wrong. Keys of other algorithms and keys that nobody should use are passed over.
 */
export function readKeyAnswer(value: JsonValue, nowTs: number): KeyAnswer | undefined {
  if (!isJsonObject(value)) return undefined;
  const serverName = parseServerName(own(value, 'server_name'));
  const validUntilTs = ownInteger(value, 'valid_until_ts');
  const inUse = ownObject(value, 'verify_keys');
  const past = ownObject(value, 'old_verify_keys') ?? {};
  if (serverName === undefined || validUntilTs === undefined || validUntilTs < 0 || inUse === undefined) return undefined;
  if (Object.keys(inUse).length + Object.keys(past).length > keysPerServerMax) return undefined;
  const keys = new Map<string, { readonly key: VerifyKey; readonly expiredTs?: number }>();
  for (const [keyId, entry] of Object.entries(past)) {
    const key = keyIn(keyId, entry);
    const expiredTs = isJsonObject(entry) ? ownInteger(entry, 'expired_ts') : undefined;
    if (key !== undefined && expiredTs !== undefined && expiredTs >= 0) keys.set(keyId, { key, expiredTs });
  }
  const current = new Map<string, VerifyKey>();
  for (const [keyId, entry] of Object.entries(inUse)) {
    const key = keyIn(keyId, entry);
    if (key === undefined) continue;
    current.set(keyId, key);
    keys.set(keyId, { key });
  }
  const verdict = verifyJson(value, serverName, (_entity, keyId) => current.get(keyId));
  if (!verdict.allowed) return undefined;
  return { serverName, validUntilTs: Math.min(validUntilTs, nowTs + keyValidityMsMax), keys, json: value };
}

function keyIn(keyId: string, entry: JsonValue): VerifyKey | undefined {
  if (parseKeyId(keyId) === undefined || keyAlgorithmOf(keyId) !== signingAlgorithm || !isJsonObject(entry)) return undefined;
  const text = ownString(entry, 'key');
  return text === undefined ? undefined : verifyKeyFromBase64(text);
}
