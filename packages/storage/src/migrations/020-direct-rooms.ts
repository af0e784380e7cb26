import type { Migration } from './migration.ts';

/** The one direct room of two users. */
export const directRooms: Migration = {
  number: 20,
  name: 'direct-rooms',
  // one: the lower of the two users' numbers.
  statements: [
    'CREATE TABLE direct_rooms (one BIGINT NOT NULL, other BIGINT NOT NULL, room BIGINT NOT NULL, PRIMARY KEY (one, other)) {clustered}',
  ],
  oldest: 1,
};
