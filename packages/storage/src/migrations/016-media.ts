import type { Migration } from './migration.ts';

/** What was uploaded, by whom, and how much each user has. */
export const media: Migration = {
  number: 16,
  name: 'media',
  statements: [
    // hash: SHA-256 of the content in hex, which is its file's name; null as long as nothing is uploaded, until expires_ts.
    `CREATE TABLE media (
      media_id {text} PRIMARY KEY, owner BIGINT NOT NULL, created_ts BIGINT NOT NULL, expires_ts BIGINT, hash {text}, bytes BIGINT,
      content_type {text}, file_name {text}) {clustered}`,
    'CREATE INDEX media_owner ON media (owner, created_ts)',
    'CREATE INDEX media_hash ON media (hash) WHERE hash IS NOT NULL',
    'CREATE INDEX media_pending ON media (owner, expires_ts) WHERE hash IS NULL',
    // owner: 0 for all users together.
    'CREATE TABLE media_usage (owner {number} PRIMARY KEY, files BIGINT NOT NULL, bytes BIGINT NOT NULL)',
  ],
  oldest: 1,
};
