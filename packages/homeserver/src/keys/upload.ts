import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { unavailable } from '../http/translate-error.ts';
import { type DeviceListChange, writeDeviceListChange } from '../streams/device-list.ts';
import { readCrossSigningKeys, type KeySignature, signatureRow, signaturesDeletion } from './cross-signing-store.ts';
import type { KeysDeps } from './deps.ts';
import { parsePublishedKeyId } from './key-id.ts';
import {
  claimedKeysDeletion,
  deviceGuard,
  deviceKeysDeletion,
  deviceKeysRowOf,
  fallbackKeyRow,
  keyCountsChanged,
  oneTimeKeyRow,
  type OneTimeKey,
  type OneTimeKeyRow,
  readDeviceKeys,
  readFallbackKeys,
  readKeyCounts,
  readOneTimeKeys,
} from './store.ts';
import { canonicalJson, isSignedWith, type JsonObject, type JsonValue, ownObject, ownString, withoutKeys } from '@hearth/protocol';
import { type Statement, type StreamRow, WriteRefused } from '@hearth/storage';

/** Longest device keys and one-time key, as JSON. */
const deviceKeysBytesMax = 64 * 1024;
const keyBytesMax = 4 * 1024;
/** Unclaimed one-time keys of a device. Clients keep 50 to 100. */
const oneTimeKeysMax = 1_000;
/** Claimed keys that are remembered, so that a repeated upload does not bring them back. */
const claimedMax = 200;
const fallbackKeysMax = 20;
/** An upload is looked at again when another one of the same device came in between. */
const attemptsMax = 20;

export type KeysToUpload = {
  readonly device_keys?: JsonObject | undefined;
  readonly one_time_keys?: Readonly<Record<string, JsonValue>> | undefined;
  readonly fallback_keys?: Readonly<Record<string, JsonValue>> | undefined;
};

/** What is committed together with keys. */
type Together = Omit<DeviceListChange, 'user'>;
const nothingElse: Together = { devices: [], statements: [], stream: [] };

/** POST keys/upload: what a device publishes (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysupload). */
export class KeyUpload {
  readonly #deps: Pick<KeysDeps, 'database' | 'clock'>;

  constructor(deps: Pick<KeysDeps, 'database' | 'clock'>) {
    this.#deps = deps;
  }

  /** Answers how many one-time keys the device has then, by algorithm. */
  async upload(requester: Requester, keys: KeysToUpload): Promise<Readonly<Record<string, number>>> {
    const { user, deviceId } = requester;
    if (deviceId === '')
      throw new MatrixError('M_INVALID_PARAM', 'This access token belongs to no device, so there is none to upload keys for.');
    const parsed = parseUpload(requester, keys);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#store(requester, parsed, nothingElse);
        break;
      } catch (error) {
        if (error instanceof WriteRefused && error.why === 'guard')
          throw new MatrixError('M_UNKNOWN_TOKEN', 'This device has been logged out.');
        if (!(error instanceof WriteRefused && error.why === 'duplicate')) throw error;
        if (attempt === attemptsMax) throw unavailable('This device uploads too many keys at once.');
      }
    }
    return (await readKeyCounts(this.#deps.database.reader, user, deviceId)).oneTime;
  }

  /**
   * The same in one commit with what belongs before the keys, such as the device itself. Tried once: when the write is refused, what it
   * rests on is its maker's to look at again.
   */
  async uploadTogether(requester: Requester, keys: KeysToUpload, together: Together): Promise<void> {
    await this.#store(requester, parseUpload(requester, keys), together);
  }

  async #store(requester: Requester, upload: ParsedUpload, together: Together): Promise<void> {
    const { database } = this.#deps;
    const { user, deviceId } = requester;
    const device = upload.deviceKeys && (await this.#deviceKeys(requester, upload.deviceKeys));
    const oneTime = await this.#oneTimeKeys(requester, upload.oneTimeKeys, device?.isOther ?? false);
    const fallback = await this.#fallbackKeys(requester, upload.fallbackKeys, device?.isOther ?? false);
    const statements = [...(device?.statements ?? []), ...oneTime, ...fallback];
    if (statements.length + together.statements.length === 0) return;
    const counts: StreamRow[] = oneTime.length + fallback.length > 0 ? [keyCountsChanged(user, deviceId)] : [];
    const stream = [...together.stream, ...counts];
    const guarded = [...together.statements, deviceGuard(user, deviceId), ...statements];
    const devices = [...together.devices, ...(device ? [deviceId] : [])];
    if (devices.length > 0) await writeDeviceListChange(database, { user, devices, statements: guarded, stream });
    else await database.write({ claims: [], statements: guarded, stream });
  }

  /** The rows of the device's keys; undefined when they are there already. `isOther`: the device is another one than before. */
  async #deviceKeys(requester: Requester, keys: JsonObject): Promise<{ statements: Statement[]; isOther: boolean } | undefined> {
    const { reader } = this.#deps.database;
    const { user, deviceId } = requester;
    const text = canonicalJson(withoutKeys(keys, ['signatures', 'unsigned']));
    const before = await readDeviceKeys(reader, user, deviceId);
    if (before === text) return undefined;
    const crossSigning = await readCrossSigningKeys(reader, user);
    if ([...crossSigning.values()].some(({ public_key: key }) => key === deviceId))
      throw new MatrixError('M_INVALID_PARAM', 'The id of this device is one of your cross-signing keys. Log in with another one.');
    const signatures = ownSignatures(requester, keys, crossSigning.get('self_signing')?.public_key);
    const isOther = before !== undefined;
    return {
      statements: [
        // What others signed were the keys before, and so did they sign one-time keys: those open nothing any more.
        ...(isOther ? [...deviceKeysDeletion(user, { these: [deviceId] }), signaturesDeletion(user, deviceId)] : []),
        deviceKeysRowOf(user, deviceId, text),
        ...signatures.map(signatureRow),
      ],
      isOther,
    };
  }

  async #oneTimeKeys({ user, deviceId }: Requester, keys: readonly OneTimeKey[], anew: boolean): Promise<Statement[]> {
    if (keys.length === 0) return [];
    const stored = anew ? [] : await readOneTimeKeys(this.#deps.database.reader, user, deviceId);
    const known = new Map(stored.map((row) => [nameOf(row), row]));
    const added = keys.filter((key) => {
      const same = known.get(nameOf(key));
      // Clients look for these words.
      if (same && same.key !== key.key)
        throw new MatrixError('M_UNKNOWN', `One time key ${nameOf(key)} already exists with another value.`);
      return same === undefined;
    });
    if (stored.filter(({ claimed }) => claimed === 0).length + added.length > oneTimeKeysMax)
      throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `A device has at most ${oneTimeKeysMax} one-time keys.`, { status: 400 });
    if (added.length === 0) return [];
    const now = this.#deps.clock.now();
    return [...forgotten(user, deviceId, stored), ...added.map((key) => oneTimeKeyRow(user, deviceId, key, now))];
  }

  async #fallbackKeys({ user, deviceId }: Requester, keys: readonly OneTimeKey[], anew: boolean): Promise<Statement[]> {
    if (keys.length === 0) return [];
    const stored = anew ? [] : await readFallbackKeys(this.#deps.database.reader, user, deviceId);
    const after = new Set([...stored, ...keys].map(({ algorithm }) => algorithm));
    if (after.size > fallbackKeysMax)
      throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `A device has at most ${fallbackKeysMax} fallback keys.`, { status: 400 });
    // The same key again is as used as it was.
    const isNew = (key: OneTimeKey): boolean => !stored.some((row) => nameOf(row) === nameOf(key) && row.key === key.key);
    return keys.filter(isNew).map((key) => fallbackKeyRow(user, deviceId, key));
  }
}

type ParsedUpload = {
  readonly deviceKeys: JsonObject | undefined;
  readonly oneTimeKeys: readonly OneTimeKey[];
  readonly fallbackKeys: readonly OneTimeKey[];
};

function parseUpload({ userId, deviceId }: Requester, upload: KeysToUpload): ParsedUpload {
  const deviceKeys = upload.device_keys;
  if (deviceKeys) {
    if (deviceKeys['user_id'] !== userId || deviceKeys['device_id'] !== deviceId)
      throw new MatrixError('M_INVALID_PARAM', 'In device_keys, user_id and device_id must be those of the access token.');
    for (const name of Object.keys(ownObject(deviceKeys, 'keys') ?? {})) parsePublishedKeyId(name);
    requireSize(JSON.stringify(deviceKeys), deviceKeysBytesMax, 'device_keys');
  }
  const fallbackKeys = parseKeys(upload.fallback_keys ?? {});
  if (new Set(fallbackKeys.map(({ algorithm }) => algorithm)).size < fallbackKeys.length)
    throw new MatrixError('M_INVALID_PARAM', 'There can be only one fallback key for each algorithm.');
  return { deviceKeys, oneTimeKeys: parseKeys(upload.one_time_keys ?? {}), fallbackKeys };
}

function parseKeys(keys: Readonly<Record<string, JsonValue>>): OneTimeKey[] {
  return Object.entries(keys).map(([name, value]) => {
    const { algorithm, keyId } = parsePublishedKeyId(name);
    // https://spec.matrix.org/v1.19/client-server-api/#key-algorithms: this one has signatures.
    if (algorithm === 'signed_curve25519' && typeof value === 'string')
      throw new MatrixError('M_BAD_JSON', `${name} must be an object with key and signatures.`);
    const key = canonicalJson(value);
    requireSize(key, keyBytesMax, name);
    return { algorithm, key_id: keyId, key };
  });
}

/**
 * The device's own signature of its keys, and that of the user's self-signing key if it is right. Others cannot be checked here and
 * come by keys/signatures/upload.
 */
function ownSignatures({ user, userId, deviceId }: Requester, keys: JsonObject, selfSigningKey: string | undefined): KeySignature[] {
  const given = ownObject(ownObject(keys, 'signatures') ?? {}, userId) ?? {};
  const found: KeySignature[] = [];
  const add = (signerKeyId: string, isRight: (signature: string) => boolean): void => {
    const signature = ownString(given, signerKeyId);
    if (signature !== undefined && isRight(signature)) found.push({ user, keyId: deviceId, signer: user, signerKeyId, signature });
  };
  // Its own key is part of what it signs: only who knows the device can judge that, and does.
  add(`ed25519:${deviceId}`, () => true);
  if (selfSigningKey !== undefined) add(`ed25519:${selfSigningKey}`, (signature) => isSignedWith(keys, selfSigningKey, signature));
  return found;
}

/** Claimed keys are forgotten when they are many, the longest known first. */
function forgotten(user: number, deviceId: string, stored: readonly OneTimeKeyRow[]): Statement[] {
  const claimed = stored.filter((row) => row.claimed === 1).sort((a, b) => b.added_ts - a.added_ts);
  const last = claimed[claimedMax];
  return last === undefined ? [] : [claimedKeysDeletion(user, deviceId, last.added_ts + 1)];
}

function nameOf({ algorithm, key_id: keyId }: Pick<OneTimeKey, 'algorithm' | 'key_id'>): string {
  return `${algorithm}:${keyId}`;
}

function requireSize(text: string, bytesMax: number, what: string): void {
  if (Buffer.byteLength(text) > bytesMax) throw new MatrixError('M_TOO_LARGE', `${what} may have at most ${bytesMax} bytes.`);
}
