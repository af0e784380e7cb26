import type { Migration } from './migration.ts';

/** Signing keys: those that this server had, and those that others told of. */
export const serverKeys: Migration = {
  number: 19,
  name: 'server-keys',
  statements: [
    // expired_ts: 0 for the key in use.
    'CREATE TABLE own_signing_keys (domain {text} NOT NULL, key_id {text} NOT NULL, public_key {text} NOT NULL, expired_ts BIGINT NOT NULL, PRIMARY KEY (domain, key_id)) {clustered}',
    // expired_ts: -1 for a key in use. valid_until_ts: also which of the server's answers named the key last.
    `CREATE TABLE server_keys (
      server {text} NOT NULL, key_id {text} NOT NULL, public_key {text} NOT NULL, valid_until_ts BIGINT NOT NULL, expired_ts BIGINT NOT NULL,
      PRIMARY KEY (server, key_id)) {clustered}`,
    // answer: JSON, signed by the server, for whoever asks this one as a notary.
    'CREATE TABLE server_key_answers (server {text} NOT NULL, valid_until_ts BIGINT NOT NULL, answer {text} NOT NULL, PRIMARY KEY (server, valid_until_ts))',
  ],
  oldest: 1,
};
