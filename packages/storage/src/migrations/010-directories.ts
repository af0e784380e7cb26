import type { Migration } from './migration.ts';

/** What the lists of public rooms and of people are answered from. All of it but the saved lists follows from other tables. */
export const directories: Migration = {
  number: 10,
  name: 'directories',
  statements: [
    // card: JSON of what the list says of the room. A published room has one as soon as the follower has seen it.
    'CREATE TABLE room_cards (room {number} PRIMARY KEY, joined BIGINT NOT NULL, room_type {text}, card {text} NOT NULL)',
    'CREATE INDEX room_cards_joined ON room_cards (joined DESC, room, room_type)',
    // part: a word of what a room or a user is called, from each of its letters on, so that any part is found as a beginning.
    'CREATE TABLE room_parts (part {text} NOT NULL, room BIGINT NOT NULL, PRIMARY KEY (part, room)) {clustered}',
    'CREATE INDEX room_parts_room ON room_parts (room, part)',
    'CREATE TABLE user_parts (part {text} NOT NULL, usr BIGINT NOT NULL, PRIMARY KEY (part, usr)) {clustered}',
    'CREATE INDEX user_parts_usr ON user_parts (usr, part)',
    // Rooms that anybody may join or read: who is in one is known to all.
    'CREATE TABLE open_rooms (room {number} PRIMARY KEY)',
    // Lists of rooms that somebody pages through. rooms: JSON array of numbers.
    'CREATE TABLE room_lists (id {text} PRIMARY KEY, rooms {text} NOT NULL, expires_ts BIGINT NOT NULL) {clustered}',
    'CREATE INDEX room_lists_expiry ON room_lists (expires_ts)',
  ],
  oldest: 1,
};
