import type { Migration } from './migration.ts';

/** Whose presence people of 2015 want to see. */
export const presenceLists: Migration = {
  number: 28,
  name: 'presence-lists',
  statements: ['CREATE TABLE presence_lists (usr BIGINT NOT NULL, observed BIGINT NOT NULL, PRIMARY KEY (usr, observed)) {clustered}'],
  oldest: 1,
};
