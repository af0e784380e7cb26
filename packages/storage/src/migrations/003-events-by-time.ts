import type { Migration } from './migration.ts';

/** Events of a room by the time that their senders gave them: for the jump to a date. */
export const eventsByTime: Migration = {
  number: 3,
  name: 'events-by-time',
  statements: ['CREATE INDEX events_time ON events (room, origin_server_ts) WHERE in_timeline = 1'],
  oldest: 1,
};
