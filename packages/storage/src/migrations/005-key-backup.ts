import type { Migration } from './migration.ts';

/** Keys of encrypted conversations that clients keep with the server, encrypted. */
export const keyBackup: Migration = {
  number: 5,
  name: 'key-backup',
  statements: [
    // etag counts the changes of the backup's keys, count the keys. A deleted version keeps its row, so that its number is not given again.
    `CREATE TABLE key_backups (
      usr BIGINT NOT NULL, version BIGINT NOT NULL, algorithm {text} NOT NULL, auth_data {text} NOT NULL, etag BIGINT NOT NULL,
      count BIGINT NOT NULL, deleted SMALLINT NOT NULL, PRIMARY KEY (usr, version)) {clustered}`,
    `CREATE TABLE backed_up_keys (
      usr BIGINT NOT NULL, version BIGINT NOT NULL, room_id {text} NOT NULL, session_id {text} NOT NULL, is_verified SMALLINT NOT NULL,
      first_message_index BIGINT NOT NULL, forwarded_count BIGINT NOT NULL, session_data {text} NOT NULL,
      PRIMARY KEY (usr, version, room_id, session_id)) {clustered}`,
  ],
  oldest: 1,
};
