import { command, type Insert, point, type Reader, type Statement } from '@hearth/storage';

/** expired_ts: 0 for a key in use. */
export type OwnKeyRow = { readonly key_id: string; readonly public_key: string; readonly expired_ts: number };

/** Nobody rotates so often. */
const keysMax = 20;

const ownKeys = point<OwnKeyRow>(
  'federation-own-keys',
  `SELECT key_id, public_key, expired_ts FROM own_signing_keys WHERE domain = $1 ORDER BY expired_ts DESC, key_id LIMIT ${keysMax}`,
);

export function readOwnKeys(reader: Reader, domain: string): Promise<OwnKeyRow[]> {
  return reader.all(ownKeys, [domain]);
}

const putOwnKey: Insert = {
  name: 'federation-own-key',
  table: 'own_signing_keys',
  columns: [
    { name: 'domain', type: 'text' },
    { name: 'key_id', type: 'text' },
    { name: 'public_key', type: 'text' },
    { name: 'expired_ts', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['domain', 'key_id'] },
};
const retireOwnKeys = command(
  'federation-retire-own-keys',
  'UPDATE own_signing_keys SET expired_ts = $3 WHERE domain = $1 AND key_id <> $2 AND expired_ts = 0',
);

/** This key is the one in use; whichever was until now has ended. */
export function currentKeyRows(domain: string, keyId: string, publicKey: string, nowTs: number): Statement[] {
  return [
    { run: retireOwnKeys, params: [domain, keyId, nowTs] },
    { insert: putOwnKey, row: [domain, keyId, publicKey, 0] },
  ];
}
