import type { Migration } from './migration.ts';

/** Which threads people follow. */
export const threadSubscriptions: Migration = {
  number: 18,
  name: 'thread-subscriptions',
  statements: [
    // root: the id of the thread's first event. read_depth: how deep the room was when the user unsubscribed; what came before that does
    // not subscribe them again.
    `CREATE TABLE thread_subscriptions (
      usr BIGINT NOT NULL, room BIGINT NOT NULL, root {text} NOT NULL, subscribed SMALLINT NOT NULL, automatic SMALLINT NOT NULL,
      read_depth BIGINT NOT NULL, PRIMARY KEY (usr, room, root)) {clustered}`,
  ],
  oldest: 1,
};
