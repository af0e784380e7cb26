import type { Migration } from './migration.ts';

/** Which events relate to which others, and the threads that they make. */
export const relations: Migration = {
  number: 2,
  name: 'relations',
  statements: [
    // target: the id of the event that is related to, which may come later or never. room, type, sender, ts, event_id: copies of
    // the relating event's.
    `CREATE TABLE relations (
      target {text} NOT NULL, rel_type {text} NOT NULL, depth BIGINT NOT NULL, event BIGINT NOT NULL, room BIGINT NOT NULL,
      type {text} NOT NULL, sender BIGINT NOT NULL, ts BIGINT NOT NULL, event_id {text} NOT NULL,
      PRIMARY KEY (target, rel_type, depth, event)) {clustered}`,
    'CREATE INDEX relations_order ON relations (target, depth, event)',
    "CREATE INDEX relations_edits ON relations (target, sender, ts, event_id) WHERE rel_type = 'm.replace'",
    // kinds: which relations a target ever had that are told together with it; see client-events/relations/.
    'CREATE TABLE related (target {text} PRIMARY KEY, kinds BIGINT NOT NULL) {clustered}',
    `CREATE TABLE threads (
      room BIGINT NOT NULL, root {text} NOT NULL, latest_depth BIGINT NOT NULL, latest_event BIGINT NOT NULL, replies BIGINT NOT NULL,
      PRIMARY KEY (room, root)) {clustered}`,
    'CREATE INDEX threads_order ON threads (room, latest_depth, latest_event)',
    `CREATE TABLE thread_participants (
      room BIGINT NOT NULL, root {text} NOT NULL, usr BIGINT NOT NULL, replies BIGINT NOT NULL, PRIMARY KEY (room, root, usr)) {clustered}`,
  ],
  oldest: 1,
};
