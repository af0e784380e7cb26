import type { EndingDevices } from '../accounts/index.ts';
import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export const usages = ['master', 'self_signing', 'user_signing'] as const;
export type Usage = (typeof usages)[number];

export type CrossSigningKeyRow = { readonly usage: Usage; readonly public_key: string; readonly keys: string };
export type SignatureRow = {
  readonly user_id: string;
  readonly key_id: string;
  readonly signer_id: string;
  readonly signer_key_id: string;
  readonly signature: string;
};
/** A signature of one of the user's own keys or devices (`signer_key_id`) on a key or device. */
export type KeySignature = {
  readonly user: number;
  readonly keyId: string;
  readonly signer: number;
  readonly signerKeyId: string;
  readonly signature: string;
};

const crossSigningKeys = point<CrossSigningKeyRow>(
  'cross-signing-of-user',
  'SELECT usage, public_key, keys FROM cross_signing_keys WHERE usr = $1',
);
/** By whom somebody else was verified is nobody else's business: user-signing keys are read for their owner only. */
const crossSigningKeysOfUsers = scan<CrossSigningKeyRow & { readonly user_id: string }>(
  'cross-signing-of-users',
  `SELECT u.user_id, c.usage, c.public_key, c.keys FROM user_ids u JOIN cross_signing_keys c ON c.usr = u.number
   WHERE u.user_id {in-text $1} AND (c.usage <> 'user_signing' OR c.usr = $2)`,
);
/** Only what a reader may see: what its owner signed, and what the reader signed. */
const signaturesOfUsers = scan<SignatureRow>(
  'cross-signing-signatures-of-users',
  `SELECT u.user_id, s.key_id, by_user.user_id AS signer_id, s.signer_key_id, s.signature FROM user_ids u
   JOIN key_signatures s ON s.usr = u.number JOIN user_ids by_user ON by_user.number = s.signer
   WHERE u.user_id {in-text $1} AND (s.signer = s.usr OR s.signer = $2)`,
);

const insertKey: Insert = {
  name: 'cross-signing-insert',
  table: 'cross_signing_keys',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'usage', type: 'text' },
    { name: 'public_key', type: 'text' },
    { name: 'keys', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};
const insertSignature: Insert = {
  name: 'cross-signing-insert-signature',
  table: 'key_signatures',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'key_id', type: 'text' },
    { name: 'signer', type: 'integer' },
    { name: 'signer_key_id', type: 'text' },
    { name: 'signature', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['usr', 'key_id', 'signer', 'signer_key_id'] },
};
const deleteKey = command('cross-signing-delete', 'DELETE FROM cross_signing_keys WHERE usr = $1 AND usage = $2 AND public_key = $3');
const deleteSignaturesOn = command('cross-signing-delete-on', 'DELETE FROM key_signatures WHERE usr = $1 AND key_id = $2');
const deleteSignaturesBy = command('cross-signing-delete-by', 'DELETE FROM key_signatures WHERE signer = $1 AND signer_key_id = $2');
// Signatures on cross-signing keys are beside them in the table: an id that happens to be such a key is no device's.
const isNoKey = 'key_id NOT IN (SELECT public_key FROM cross_signing_keys WHERE usr = $1)';
const deleteOnDevices = command(
  'cross-signing-delete-on-devices',
  `DELETE FROM key_signatures WHERE usr = $1 AND key_id {in-text $2} AND ${isNoKey}`,
);
const deleteOnOtherDevices = command(
  'cross-signing-delete-on-other-devices',
  `DELETE FROM key_signatures WHERE usr = $1 AND key_id <> $2 AND ${isNoKey}`,
);
const deleteAllKeys = command('cross-signing-delete-all', 'DELETE FROM cross_signing_keys WHERE usr = $1');
const deleteAllSignatures = command('cross-signing-delete-all-signatures', 'DELETE FROM key_signatures WHERE usr = $1 OR signer = $1');

export async function readCrossSigningKeys(reader: Reader, user: number): Promise<ReadonlyMap<Usage, CrossSigningKeyRow>> {
  return new Map((await reader.all(crossSigningKeys, [user])).map((row) => [row.usage, row]));
}

/** The keys of these users that this reader may see; one statement for any number of users. */
export function readCrossSigningKeysFor(
  reader: Reader,
  userIds: readonly string[],
  user: number,
): Promise<(CrossSigningKeyRow & { readonly user_id: string })[]> {
  return reader.all(crossSigningKeysOfUsers, [userIds, user]);
}

/** The signatures on keys of these users that this reader may see. */
export function readSignaturesFor(reader: Reader, userIds: readonly string[], user: number): Promise<SignatureRow[]> {
  return reader.all(signaturesOfUsers, [userIds, user]);
}

/** Fails as a duplicate when there is such a key: who did not see it did not ask whether it may be replaced. */
export function crossSigningKeyRow(user: number, { usage, public_key, keys }: CrossSigningKeyRow): Statement {
  return { insert: insertKey, row: [user, usage, public_key, keys] };
}

/** A key ends, with the signatures that are on it and those that it made. Refused as a guard when it is another one by now. */
export function crossSigningKeyDeletion(user: number, { usage, public_key }: CrossSigningKeyRow): Statement[] {
  return [
    { run: deleteKey, params: [user, usage, public_key], mustChange: 1 },
    { run: deleteSignaturesOn, params: [user, public_key] },
    { run: deleteSignaturesBy, params: [user, `ed25519:${public_key}`] },
  ];
}

export function signatureRow({ user, keyId, signer, signerKeyId, signature }: KeySignature): Statement {
  return { insert: insertSignature, row: [user, keyId, signer, signerKeyId, signature] };
}

/** The signatures on a device's keys, when these become others. */
export function signaturesDeletion(user: number, deviceId: string): Statement {
  return { run: deleteSignaturesOn, params: [user, deviceId] };
}

/** The signatures on devices that end. Those that the devices made stay: without the device nobody can check them. */
export function deviceSignaturesDeletion(user: number, ending: EndingDevices): Statement {
  if ('these' in ending) return { run: deleteOnDevices, params: [user, ending.these] };
  return { run: deleteOnOtherDevices, params: [user, ending.allBut] };
}

/** All that goes with an account. */
export function crossSigningErasure(user: number): Statement[] {
  return [deleteAllKeys, deleteAllSignatures].map((run) => ({ run, params: [user] }));
}
