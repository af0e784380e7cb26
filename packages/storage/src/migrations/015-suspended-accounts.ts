import type { Migration } from './migration.ts';

/** Accounts whose people may read and leave, and do nothing to others. */
export const suspendedAccounts: Migration = {
  number: 15,
  name: 'suspended-accounts',
  statements: ['ALTER TABLE accounts ADD COLUMN suspended SMALLINT NOT NULL DEFAULT 0'],
  oldest: 1,
};
