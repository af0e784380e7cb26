import type { Migration } from './migration.ts';

/** Events that users want to be sent later. */
export const delayedEvents: Migration = {
  number: 17,
  name: 'delayed-events',
  statements: [
    // request: device and transaction id of who scheduled it, absent without one. replaced: number of the state event that was there then, 0
    // for none. outcome: 0 scheduled, 1 sent, 2 cancelled, 3 failed. error: the answer that it failed with, as JSON.
    `CREATE TABLE delayed_events (
      delay_id {text} PRIMARY KEY, usr BIGINT NOT NULL, request {text}, room BIGINT NOT NULL, type {text} NOT NULL, state_key {text},
      content {text} NOT NULL, sticky_ms BIGINT, delay BIGINT NOT NULL, running_since BIGINT NOT NULL, send_ts BIGINT NOT NULL,
      replaced BIGINT NOT NULL, outcome SMALLINT NOT NULL, finalised_ts BIGINT, event_id {text}, error {text}, UNIQUE (usr, request)) {clustered}`,
    'CREATE INDEX delayed_events_due ON delayed_events (send_ts) WHERE outcome = 0',
    'CREATE INDEX delayed_events_usr ON delayed_events (usr, send_ts)',
    'CREATE INDEX delayed_events_finalised ON delayed_events (finalised_ts) WHERE finalised_ts IS NOT NULL',
  ],
  oldest: 1,
};
