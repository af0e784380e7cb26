import type { ErrorCode } from '../http/errors.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { signedFor, writeDeviceListChange } from '../streams/device-list.ts';
import { type CrossSigningKeyRow, type KeySignature, readCrossSigningKeys, signatureRow, type Usage } from './cross-signing-store.ts';
import type { KeysDeps } from './deps.ts';
import { signaturesBy } from './signing.ts';
import { readDeviceKeys } from './store.ts';
import {
  canonicalJson,
  emptyJsonObject,
  isSignedWith,
  type JsonObject,
  type JsonValue,
  jsonObject,
  ownObject,
  ownString,
  withoutKeys,
} from '@hearth/protocol';

/** Signed objects of one request. */
const objectsMax = 1_000;

/** Signed objects by the id of their key, by user. */
export type SignedKeys = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

type Refusal = { readonly errcode: ErrorCode; readonly error: string };
type OwnKeys = ReadonlyMap<Usage, CrossSigningKeyRow>;
/** A key as it is stored, and which of the signer's public keys may sign it: by the id of the signing key. */
type Signable = { readonly keys: string; readonly signers: (keyId: string) => Promise<string | undefined> };

/**
 * POST keys/signatures/upload: vouching for devices and people (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keyssignaturesupload).
 * Nothing is stored that was not verified here (EA-22).
 */
export class Signatures {
  readonly #deps: Pick<KeysDeps, 'database' | 'engine' | 'domains'>;

  constructor(deps: Pick<KeysDeps, 'database' | 'engine' | 'domains'>) {
    this.#deps = deps;
  }

  /** Stores what is right, and answers why the rest is not, by user and key. */
  async upload(requester: Requester, signed: SignedKeys): Promise<{ failures: JsonObject }> {
    const objects = Object.entries(signed).flatMap(([userId, keys]) =>
      Object.entries(keys).map(([keyId, object]) => ({ userId, keyId, object })),
    );
    if (objects.length > objectsMax) throw new MatrixError('M_TOO_LARGE', `At most ${objectsMax} keys can be signed at once.`);
    const own = await readCrossSigningKeys(this.#deps.database.reader, requester.user);
    const failures = emptyJsonObject();
    const right: KeySignature[] = [];
    for (const { userId, keyId, object } of objects) {
      const found = await this.#check(requester, own, userId, keyId, object);
      if (Array.isArray(found)) right.push(...found);
      else ((failures[userId] ??= emptyJsonObject()) as { [key: string]: JsonValue })[keyId] = jsonObject(found as Refusal);
    }
    await this.#store(requester, right);
    return { failures };
  }

  async #check(
    requester: Requester,
    own: OwnKeys,
    userId: string,
    keyId: string,
    object: JsonObject,
  ): Promise<readonly KeySignature[] | Refusal> {
    const user = await this.#deps.engine.findUser(userId);
    const signable = user === undefined ? undefined : await this.#signable(requester, own, user, keyId);
    if (user === undefined || !signable) return { errcode: 'M_NOT_FOUND', error: 'There is no such key that you could sign.' };
    if (canonicalJson(withoutKeys(object, ['signatures', 'unsigned'])) !== signable.keys)
      return { errcode: 'M_INVALID_PARAM', error: 'What was signed is not the key that is published.' };
    const right: KeySignature[] = [];
    for (const { signerKeyId, keyId: signerId, signature } of signaturesBy(object, requester.userId)) {
      const publicKey = await signable.signers(signerId);
      if (publicKey === undefined || !isSignedWith(object, publicKey, signature))
        return { errcode: 'M_INVALID_SIGNATURE', error: `The signature by ${signerKeyId} is not valid.` };
      right.push({ user, keyId, signer: requester.user, signerKeyId, signature });
    }
    return right.length > 0 ? right : { errcode: 'M_INVALID_SIGNATURE', error: 'There is no signature of yours.' };
  }

  /** Users sign their devices by their self-signing key, their master key by their devices, and others' master keys by their user-signing key. */
  async #signable(requester: Requester, own: OwnKeys, user: number, keyId: string): Promise<Signable | undefined> {
    const { reader } = this.#deps.database;
    if (user !== requester.user) {
      const master = (await readCrossSigningKeys(reader, user)).get('master');
      return master?.public_key === keyId ? { keys: master.keys, signers: only(own.get('user_signing')) } : undefined;
    }
    const master = own.get('master');
    if (master?.public_key === keyId) return { keys: master.keys, signers: (deviceId) => this.#deviceKey(user, deviceId) };
    const device = await readDeviceKeys(reader, user, keyId);
    if (device === undefined) return undefined;
    const selfSigning = only(own.get('self_signing'));
    // Some clients send the device's own signature along.
    const signers = async (id: string): Promise<string | undefined> => (id === keyId ? this.#deviceKey(user, id) : selfSigning(id));
    return { keys: device, signers };
  }

  async #deviceKey(user: number, deviceId: string): Promise<string | undefined> {
    const text = await readDeviceKeys(this.#deps.database.reader, user, deviceId);
    return text === undefined ? undefined : ownString(ownObject(JSON.parse(text) as JsonObject, 'keys') ?? {}, `ed25519:${deviceId}`);
  }

  /** Everybody hears of signatures on the user's own keys; of those on others' keys only the user, for nobody else may see them. */
  async #store({ user }: Requester, right: readonly KeySignature[]): Promise<void> {
    if (right.length === 0) return;
    const { database } = this.#deps;
    const statements = right.map(signatureRow);
    const stream = [...new Set(right.map((signature) => signature.user))]
      .filter((other) => other !== user)
      .map((other) => signedFor(user, other));
    const ofOwn = right.filter((signature) => signature.user === user);
    if (ofOwn.length > 0) await writeDeviceListChange(database, { user, devices: [], statements, stream });
    else await database.write({ claims: [], statements, stream });
  }
}

function only(key: CrossSigningKeyRow | undefined): (keyId: string) => Promise<string | undefined> {
  return async (keyId) => (key?.public_key === keyId ? keyId : undefined);
}
