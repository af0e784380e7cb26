import type { Migration } from './migration.ts';

/** Which servers are in which room, and what waits to be sent to them. */
export const outgoingEvents: Migration = {
  number: 24,
  name: 'outgoing-events',
  statements: [
    // joined: how many of its users are.
    'CREATE TABLE room_servers (room BIGINT NOT NULL, server {text} NOT NULL, joined BIGINT NOT NULL, PRIMARY KEY (room, server)) {clustered}',
    // position: the event's place in the stream.
    `CREATE TABLE outgoing_events (
      server {text} NOT NULL, position BIGINT NOT NULL, room BIGINT NOT NULL, event BIGINT NOT NULL, PRIMARY KEY (server, position)) {clustered}`,
    'CREATE INDEX outgoing_events_room ON outgoing_events (room, position)',
    // txn_body: the transaction that is being sent, null between two. wanted, sent, through: up to which position events are to be sent, were
    // sent, and are in the transaction.
    `CREATE TABLE destinations (
      server {text} PRIMARY KEY, failures BIGINT NOT NULL, retry_ts BIGINT NOT NULL, last_error {text}, txn_id {text}, txn_body {text},
      wanted BIGINT NOT NULL, sent BIGINT NOT NULL, through BIGINT NOT NULL, txn_failures BIGINT NOT NULL, batch BIGINT NOT NULL)`,
    'CREATE INDEX destinations_due ON destinations (retry_ts) WHERE wanted > sent',
  ],
  oldest: 1,
};
