import type { Migration } from './migration.ts';

/** Up to which of a room's countable events all are purged: nobody has these unread. */
export const purgedUnread: Migration = {
  number: 23,
  name: 'purged-unread',
  statements: ['ALTER TABLE rooms ADD COLUMN purged_countable BIGINT NOT NULL DEFAULT 0'],
  oldest: 1,
};
