import type { Migration } from './migration.ts';

/** Messages to devices, until these have them. */
export const toDevice: Migration = {
  number: 4,
  name: 'to-device',
  statements: [
    // message: the event as its device gets it, as JSON. placed_after: a position before that of the message's stream row, which
    // has this number as its subject; where reading the stream for a queue has to begin.
    `CREATE TABLE to_device (
      number {number} PRIMARY KEY, usr BIGINT NOT NULL, device_id {text} NOT NULL, placed_after BIGINT NOT NULL, message {text} NOT NULL)`,
    'CREATE INDEX to_device_queue ON to_device (usr, device_id, placed_after)',
  ],
  // Programs that know only the schema before take nothing from these queues, and leave nothing out of them.
  oldest: 1,
};
