import type { Migration } from './migration.ts';

/** Public keys of devices and people, for end-to-end encryption. */
export const deviceKeys: Migration = {
  number: 7,
  name: 'device-keys',
  statements: [
    // keys: what the device published, as JSON, without signatures, which are in key_signatures.
    'CREATE TABLE device_keys (usr BIGINT NOT NULL, device_id {text} NOT NULL, keys {text} NOT NULL, PRIMARY KEY (usr, device_id)) {clustered}',
    // A key that was given out stays for a while, so that a repeated upload does not bring it back.
    `CREATE TABLE one_time_keys (
      usr BIGINT NOT NULL, device_id {text} NOT NULL, algorithm {text} NOT NULL, key_id {text} NOT NULL, key {text} NOT NULL,
      added_ts BIGINT NOT NULL, claimed SMALLINT NOT NULL, PRIMARY KEY (usr, device_id, algorithm, key_id)) {clustered}`,
    'CREATE INDEX one_time_keys_next ON one_time_keys (usr, device_id, algorithm, added_ts, key_id) WHERE claimed = 0',
    `CREATE TABLE fallback_keys (
      usr BIGINT NOT NULL, device_id {text} NOT NULL, algorithm {text} NOT NULL, key_id {text} NOT NULL, key {text} NOT NULL,
      used SMALLINT NOT NULL, PRIMARY KEY (usr, device_id, algorithm)) {clustered}`,
    // usage: master, self_signing or user_signing. public_key: unpadded base64. keys: as in device_keys.
    `CREATE TABLE cross_signing_keys (
      usr BIGINT NOT NULL, usage {text} NOT NULL, public_key {text} NOT NULL, keys {text} NOT NULL, PRIMARY KEY (usr, usage)) {clustered}`,
    // On a user's device (key_id: its id) or cross-signing key (key_id: the public key), by a key of the signer.
    `CREATE TABLE key_signatures (
      usr BIGINT NOT NULL, key_id {text} NOT NULL, signer BIGINT NOT NULL, signer_key_id {text} NOT NULL, signature {text} NOT NULL,
      PRIMARY KEY (usr, key_id, signer, signer_key_id)) {clustered}`,
    'CREATE INDEX key_signatures_signer ON key_signatures (signer, signer_key_id)',
  ],
  // Programs that know only the schema before serve no keys.
  oldest: 1,
};
