import type { Migration } from './migration.ts';

/** What other servers sent last. */
export const federationTransactions: Migration = {
  number: 21,
  name: 'federation-transactions',
  statements: [
    // The last transaction of each server, for when its answer was lost.
    'CREATE TABLE received_transactions (origin {text} PRIMARY KEY, txn_id {text} NOT NULL, answer {text} NOT NULL) {clustered}',
  ],
  oldest: 1,
};
