import type { Migration } from './migration.ts';

/** What sliding-sync clients were told of which rooms. */
export const slidingSync: Migration = {
  number: 14,
  name: 'sliding-sync',
  statements: [
    // acknowledged, newest: numbers of the two answers from which the client may go on.
    `CREATE TABLE sliding_connections (
      number {number} PRIMARY KEY, usr BIGINT NOT NULL, device_id {text} NOT NULL, conn_id {text} NOT NULL, acknowledged BIGINT NOT NULL,
      newest BIGINT NOT NULL, UNIQUE (usr, device_id, conn_id))`,
    // As of an answer. position: up to where the room was told, 0 for up to the answer's position. timeline: newest events that the client
    // has without a gap. required: number of what state it was told. direct: 1 for a room that was shown as a direct one.
    `CREATE TABLE sliding_rooms (
      connection BIGINT NOT NULL, room BIGINT NOT NULL, answer BIGINT NOT NULL, position BIGINT NOT NULL, timeline BIGINT NOT NULL,
      required BIGINT NOT NULL, direct SMALLINT NOT NULL, PRIMARY KEY (connection, room, answer)) {clustered}`,
    // text: JSON, the (type, state_key) pairs that were asked for.
    'CREATE TABLE sliding_required (connection BIGINT NOT NULL, number BIGINT NOT NULL, text {text} NOT NULL, PRIMARY KEY (connection, number)) {clustered}',
  ],
  oldest: 1,
};
