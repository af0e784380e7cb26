import type { Migration } from './migration.ts';

/** Rooms that are being taken in from other servers: what is there of them belongs to no room until all of it is. */
export const roomImports: Migration = {
  number: 27,
  name: 'room-imports',
  statements: [
    // touched_ts: when a part of it was last stored. removing: 1 once it was given up; then no further part is.
    `CREATE TABLE room_imports (
      room {number} PRIMARY KEY, room_id {text} NOT NULL UNIQUE, touched_ts BIGINT NOT NULL, removing SMALLINT NOT NULL)`,
  ],
  oldest: 1,
};
