import type { Migration } from './migration.ts';

/** Rooms that nobody of this server may enter, and a way to those events of a room that its timeline does not show. */
export const blockedRooms: Migration = {
  number: 13,
  name: 'blocked-rooms',
  statements: [
    // room_id: also of rooms that are not here, or not any more.
    'CREATE TABLE blocked_rooms (room_id {text} PRIMARY KEY, blocked_ts BIGINT NOT NULL) {clustered}',
    'CREATE INDEX events_outside ON events (room, number) WHERE in_timeline = 0',
  ],
  oldest: 1,
};
