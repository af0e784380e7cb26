import type { Migration } from './migration.ts';

/** What people told the operators of this server about others. */
export const reports: Migration = {
  number: 9,
  name: 'reports',
  statements: [
    // room_id, event_id, user_id: texts, since a report may be about what this server does not know. Of an event user_id is its sender.
    `CREATE TABLE reports (
      number {number} PRIMARY KEY, reporter BIGINT NOT NULL, kind {text} NOT NULL, room_id {text}, event_id {text}, user_id {text},
      reason {text} NOT NULL, ts BIGINT NOT NULL)`,
    'CREATE INDEX reports_reporter ON reports (reporter, number)',
  ],
  oldest: 1,
};
