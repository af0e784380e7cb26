import type { Migration } from './migration.ts';

/** People who asked to be erased: who comes to a room later is shown their events without content. */
export const erasedUsers: Migration = {
  number: 12,
  name: 'erased-users',
  statements: ['CREATE TABLE erased_users (usr {number} PRIMARY KEY, erased_ts BIGINT NOT NULL)'],
  oldest: 1,
};
