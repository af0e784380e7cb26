import type { InteractiveAuth } from '../accounts/index.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { writeDeviceListChange } from '../streams/device-list.ts';
import {
  crossSigningKeyDeletion,
  crossSigningKeyRow,
  type CrossSigningKeyRow,
  type KeySignature,
  readCrossSigningKeys,
  signatureRow,
  type Usage,
  usages,
} from './cross-signing-store.ts';
import type { KeysDeps } from './deps.ts';
import { signaturesBy } from './signing.ts';
import { readDeviceKeys } from './store.ts';
import {
  canonicalJson,
  isSignedWith,
  type JsonObject,
  ownArray,
  ownObject,
  ownString,
  verifyKeyFromBase64,
  withoutKeys,
} from '@hearth/protocol';
import { WriteRefused } from '@hearth/storage';

/** Longest cross-signing key, as JSON. */
const keyBytesMax = 16 * 1024;

export type CrossSigningUpload = { readonly [usage in `${Usage}_key`]?: JsonObject | undefined } & { readonly auth?: unknown };

type NewKey = { readonly row: CrossSigningKeyRow; readonly object: JsonObject };
type Stored = ReadonlyMap<Usage, CrossSigningKeyRow>;

/** POST keys/device_signing/upload: the keys by which people vouch for devices (https://spec.matrix.org/v1.19/client-server-api/#cross-signing). */
export class CrossSigning {
  readonly #deps: Pick<KeysDeps, 'database'>;
  readonly #uia: InteractiveAuth;

  constructor(deps: Pick<KeysDeps, 'database' | 'uia'>) {
    this.#deps = deps;
    this.#uia = deps.uia;
  }

  /**
   * Whoever has no keys yet publishes them without further proof (MSC3967), and so may they be sent again unchanged; for anything else
   * the password is asked. 400 M_INVALID_SIGNATURE unless the master key signed the others.
   */
  async upload(requester: Requester, upload: CrossSigningUpload, ip: string): Promise<void> {
    const { reader } = this.#deps.database;
    const given = parseKeys(requester, upload);
    const stored = await readCrossSigningKeys(reader, requester.user);
    const master = given.get('master')?.row.public_key ?? stored.get('master')?.public_key;
    if (given.size === 0 || master === undefined)
      throw new MatrixError('M_MISSING_PARAM', 'There is no master key: publish one, or one with the others.');
    const signatures = [...given.values()].flatMap(({ row, object }) => signaturesByMaster(requester, row, object, master));
    const signedMaster = given.get('master');
    if (signedMaster) signatures.push(...(await this.#signaturesOfDevices(requester, signedMaster)));
    await this.#refuseDeviceIds(requester, given);
    const added = [...given.values()].map(({ row }) => row).filter((row) => stored.get(row.usage)?.keys !== row.keys);
    if (added.length > 0 && stored.has('master')) {
      await this.#uia.require({ operation: 'uploadCrossSigningKeys', requester, body: upload, ip });
    }
    await this.#write(requester, { stored, added, signatures });
  }

  async #write(
    { user }: Requester,
    { stored, added, signatures }: { stored: Stored; added: readonly CrossSigningKeyRow[]; signatures: readonly KeySignature[] },
  ): Promise<void> {
    const isMasterNew = added.some(({ usage }) => usage === 'master');
    // What the master key before signed is not signed by the new one.
    const ended = [...stored.values()].filter(({ usage }) => isMasterNew || added.some((row) => row.usage === usage));
    const statements = [
      ...ended.flatMap((row) => crossSigningKeyDeletion(user, row)),
      ...added.map((row) => crossSigningKeyRow(user, row)),
      ...signatures.map(signatureRow),
    ];
    try {
      if (added.length > 0) await writeDeviceListChange(this.#deps.database, { user, devices: [], statements, stream: [] });
      else await this.#deps.database.write({ claims: [], statements, stream: [] });
    } catch (error) {
      if (error instanceof WriteRefused && (error.why === 'guard' || error.why === 'duplicate'))
        throw new MatrixError('M_FORBIDDEN', 'Other cross-signing keys were published at the same time. Look at them first.');
      throw error;
    }
  }

  /** Devices of the user that have signed the new master key. Signatures by what is no device are left out; wrong ones are refused. */
  async #signaturesOfDevices({ user, userId }: Requester, { row, object }: NewKey): Promise<KeySignature[]> {
    const found: KeySignature[] = [];
    for (const { signerKeyId, signature, keyId } of signaturesBy(object, userId)) {
      const text = await readDeviceKeys(this.#deps.database.reader, user, keyId);
      if (text === undefined) continue;
      const deviceKey = ownString(ownObject(JSON.parse(text) as JsonObject, 'keys') ?? {}, signerKeyId) ?? '';
      if (!isSignedWith(object, deviceKey, signature)) throw wrongSignature('master_key', signerKeyId);
      found.push({ user, keyId: row.public_key, signer: user, signerKeyId, signature });
    }
    return found;
  }

  /** Ids of keys and devices share their places in signatures. */
  async #refuseDeviceIds({ user }: Requester, given: ReadonlyMap<Usage, NewKey>): Promise<void> {
    for (const { row } of given.values()) {
      if ((await readDeviceKeys(this.#deps.database.reader, user, row.public_key)) !== undefined)
        throw new MatrixError('M_FORBIDDEN', `The ${row.usage} key has the same id as one of your devices.`);
    }
  }
}

function parseKeys({ userId }: Requester, upload: CrossSigningUpload): Map<Usage, NewKey> {
  const given = new Map<Usage, NewKey>();
  for (const usage of usages) {
    const object = upload[`${usage}_key`];
    if (object) given.set(usage, parseKey(userId, usage, object));
  }
  const ids = [...given.values()].map(({ row }) => row.public_key);
  if (new Set(ids).size < ids.length) throw new MatrixError('M_INVALID_PARAM', 'One key cannot serve for several usages.');
  return given;
}

function parseKey(userId: string, usage: Usage, object: JsonObject): NewKey {
  const refuse = (why: string): never => {
    throw new MatrixError('M_INVALID_PARAM', `In the body, ${usage}_key ${why}.`);
  };
  if (object['user_id'] !== userId) refuse('has the user_id of somebody else');
  if (ownArray(object, 'usage')?.includes(usage) !== true) refuse(`lacks ${usage} in its usage`);
  const [[name, publicKey] = ['', ''], ...more] = Object.entries(ownObject(object, 'keys') ?? {});
  if (more.length > 0 || typeof publicKey !== 'string' || name !== `ed25519:${publicKey}`)
    refuse('must have exactly one key, named ed25519:<public key>');
  if (verifyKeyFromBase64(publicKey as string)?.publicKey !== publicKey) refuse('is no Ed25519 key in unpadded base64');
  const keys = canonicalJson(withoutKeys(object, ['signatures', 'unsigned']));
  if (Buffer.byteLength(keys) > keyBytesMax) throw new MatrixError('M_TOO_LARGE', `${usage}_key may have at most ${keyBytesMax} bytes.`);
  return { row: { usage, public_key: publicKey as string, keys }, object };
}

/** The signature that makes a key the user's; the master key needs none. */
function signaturesByMaster({ user, userId }: Requester, row: CrossSigningKeyRow, object: JsonObject, master: string): KeySignature[] {
  if (row.usage === 'master') return [];
  const signerKeyId = `ed25519:${master}`;
  const signature = ownString(ownObject(ownObject(object, 'signatures') ?? {}, userId) ?? {}, signerKeyId);
  if (signature === undefined || !isSignedWith(object, master, signature)) throw wrongSignature(`${row.usage}_key`, signerKeyId);
  return [{ user, keyId: row.public_key, signer: user, signerKeyId, signature }];
}

function wrongSignature(what: string, by: string): MatrixError {
  return new MatrixError('M_INVALID_SIGNATURE', `${what} has no valid signature by ${by}.`);
}
