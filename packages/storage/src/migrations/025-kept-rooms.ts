import type { Migration } from './migration.ts';

/** Rooms that this server keeps when its people have left, and a way from a room that goes to the two whose direct room it was. */
export const keptRooms: Migration = {
  number: 25,
  name: 'kept-rooms',
  statements: [
    'CREATE TABLE kept_rooms (room BIGINT PRIMARY KEY, kept_ts BIGINT NOT NULL) {clustered}',
    'CREATE INDEX direct_rooms_room ON direct_rooms (room)',
  ],
  oldest: 1,
};
