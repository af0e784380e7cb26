import type { Migration } from './migration.ts';

/** The first schema: clock and stream, rooms and events, accounts, and what a person needs to talk. */
export const init: Migration = {
  number: 1,
  name: 'init',
  statements: [
    // --- the spine -------------------------------------------------------------------------------------------------
    'CREATE TABLE meta (key {text} PRIMARY KEY, value {text} NOT NULL) {clustered}',
    'CREATE TABLE clock (id {number} PRIMARY KEY, head BIGINT NOT NULL)',
    'INSERT INTO clock (id, head) VALUES (1, 0)',
    'CREATE TABLE number_blocks (sequence {text} PRIMARY KEY, next BIGINT NOT NULL) {clustered}',
    // One row for each PostgreSQL writer: the number of its last commit and the clock after it, so that a commit whose answer was
    // lost with the connection can be looked up.
    'CREATE TABLE lanes (lane {text} PRIMARY KEY, flush BIGINT NOT NULL, head BIGINT NOT NULL, seen_ts BIGINT NOT NULL) {clustered}',
    `CREATE TABLE stream (
      position {number} PRIMARY KEY, kind SMALLINT NOT NULL, room BIGINT, usr BIGINT, subject BIGINT NOT NULL, detail {text})`,
    'CREATE INDEX stream_room ON stream (room, kind, position) WHERE room IS NOT NULL',
    'CREATE INDEX stream_usr ON stream (usr, kind, position) WHERE usr IS NOT NULL',
    'CREATE TABLE cursors (follower {text} PRIMARY KEY, position BIGINT NOT NULL) {clustered}',
    'CREATE TABLE leases (name {text} PRIMARY KEY, holder {text} NOT NULL, epoch BIGINT NOT NULL, expires_ts BIGINT NOT NULL) {clustered}',
    `CREATE TABLE jobs (
      number {number} PRIMARY KEY, kind {text} NOT NULL, payload {text} NOT NULL, run_at_ts BIGINT NOT NULL,
      attempts BIGINT NOT NULL, holder {text}, lease_until_ts BIGINT NOT NULL, failed_reason {text})`,
    'CREATE INDEX jobs_due ON jobs (run_at_ts) WHERE failed_reason IS NULL',

    // --- interned strings ------------------------------------------------------------------------------------------
    'CREATE TABLE user_ids (number {number} PRIMARY KEY, user_id {text} NOT NULL UNIQUE)',
    // Types and state keys of events may hold any character, U+0000 too: they are stored as UTF-8 bytes.
    `CREATE TABLE state_keys (
      number {number} PRIMARY KEY, type {bytes} NOT NULL, state_key {bytes} NOT NULL, UNIQUE (type, state_key))`,

    // --- rooms and events ------------------------------------------------------------------------------------------
    // current_state: a number of room_states. extremities: JSON array of event numbers. countable: running number of events
    // that count as unread. next_number: the room's own counter for state nodes and states, moved only under the revision.
    `CREATE TABLE rooms (
      number {number} PRIMARY KEY, room_id {text} NOT NULL UNIQUE, version {text} NOT NULL, revision BIGINT NOT NULL,
      current_state BIGINT NOT NULL, next_number BIGINT NOT NULL, depth BIGINT NOT NULL, extremities {text} NOT NULL,
      countable BIGINT NOT NULL, joined_members BIGINT NOT NULL, invited_members BIGINT NOT NULL, created_ts BIGINT NOT NULL)`,
    // json: the event without signatures and unsigned, as canonical JSON bytes (the redacted form once redacted).
    // type: a copy for queries in which U+0000 is replaced. verdict: 1 accepted, 2 soft-failed, 3 rejected, 4 incomplete.
    // in_timeline: 1 when /messages shows it (accepted, not an outlier). countable: the room's running number at this event.
    // auth_rank, auth_events: only of state events, their place in the graph of auth events: a rank above those of all auth events,
    // and the numbers of these.
    `CREATE TABLE events (
      number {number} PRIMARY KEY, event_id {text} NOT NULL UNIQUE, room BIGINT NOT NULL, type {text} NOT NULL,
      state_key BIGINT, sender BIGINT NOT NULL, depth BIGINT NOT NULL, origin_server_ts BIGINT NOT NULL, received_ts BIGINT NOT NULL,
      verdict SMALLINT NOT NULL, in_timeline SMALLINT NOT NULL, countable BIGINT NOT NULL,
      state_before BIGINT, state_after BIGINT, refusal {text}, redacted_by BIGINT, auth_rank BIGINT, auth_events {bytes}, json {bytes} NOT NULL, signatures {bytes})`,
    'CREATE INDEX events_timeline ON events (room, depth, number) WHERE in_timeline = 1',
    // What was refused or waits, by its room: for whoever asks why.
    'CREATE INDEX events_refused ON events (room, depth, number) WHERE verdict <> 1',
    // Which state events name an event in their auth events: the way back, for state resolution in large rooms.
    'CREATE TABLE auth_citers (event BIGINT NOT NULL, citer BIGINT NOT NULL, PRIMARY KEY (event, citer)) {clustered}',
    'CREATE TABLE room_states (room BIGINT NOT NULL, number BIGINT NOT NULL, root {bytes} NOT NULL, PRIMARY KEY (room, number)) {clustered}',
    'CREATE TABLE state_nodes (room BIGINT NOT NULL, number BIGINT NOT NULL, bytes {bytes} NOT NULL, PRIMARY KEY (room, number)) {clustered}',
    // Redactions by their target's id, since a redaction may come before its target.
    'CREATE TABLE redactions (target {text} NOT NULL, redaction BIGINT NOT NULL, PRIMARY KEY (target, redaction)) {clustered}',
    // read_floor: the room's running number of countable events up to which this user has surely read: at joining, and at
    // each event of their own.
    `CREATE TABLE memberships (
      room BIGINT NOT NULL, usr BIGINT NOT NULL, membership {text} NOT NULL, event BIGINT NOT NULL, forgotten SMALLINT NOT NULL,
      read_floor BIGINT NOT NULL,
      PRIMARY KEY (room, usr)) {clustered}`,
    'CREATE INDEX memberships_usr ON memberships (usr, membership)',
    // What a device already sent: usr, device_id ('' for tokens without one), scope (room and kind of request), txn_id.
    `CREATE TABLE transactions (
      usr BIGINT NOT NULL, device_id {text} NOT NULL, scope {text} NOT NULL, txn_id {text} NOT NULL,
      event BIGINT, response {text}, ts BIGINT NOT NULL, PRIMARY KEY (usr, device_id, scope, txn_id)) {clustered}`,
    'CREATE INDEX transactions_event ON transactions (event) WHERE event IS NOT NULL',
    'CREATE INDEX transactions_ts ON transactions (ts)',
    'CREATE TABLE aliases (alias {text} PRIMARY KEY, room BIGINT NOT NULL, creator BIGINT NOT NULL, created_ts BIGINT NOT NULL) {clustered}',
    'CREATE INDEX aliases_room ON aliases (room)',
    'CREATE TABLE published_rooms (room {number} PRIMARY KEY, published_ts BIGINT NOT NULL)',

    // --- accounts --------------------------------------------------------------------------------------------------
    `CREATE TABLE accounts (
      usr {number} PRIMARY KEY, kind {text} NOT NULL, password_hash {text}, admin SMALLINT NOT NULL, state {text} NOT NULL, created_ts BIGINT NOT NULL)`,
    `CREATE TABLE devices (
      usr BIGINT NOT NULL, device_id {text} NOT NULL, display_name {text}, last_seen_ts BIGINT, last_seen_ip {text}, user_agent {text},
      created_ts BIGINT NOT NULL, PRIMARY KEY (usr, device_id)) {clustered}`,
    // hash: SHA-256 of the token; the token itself is never stored.
    `CREATE TABLE access_tokens (
      hash {bytes} PRIMARY KEY, usr BIGINT NOT NULL, device_id {text} NOT NULL, expires_ts BIGINT, created_ts BIGINT NOT NULL) {clustered}`,
    'CREATE INDEX access_tokens_usr ON access_tokens (usr, device_id)',
    `CREATE TABLE refresh_tokens (
      hash {bytes} PRIMARY KEY, usr BIGINT NOT NULL, device_id {text} NOT NULL, spent SMALLINT NOT NULL, created_ts BIGINT NOT NULL) {clustered}`,
    'CREATE INDEX refresh_tokens_usr ON refresh_tokens (usr, device_id)',
    `CREATE TABLE registration_tokens (
      token {text} PRIMARY KEY, uses_allowed BIGINT, pending BIGINT NOT NULL, completed BIGINT NOT NULL, expires_ts BIGINT) {clustered}`,
    // User-interactive authentication: bound to the user, the action and the request's body; data is JSON.
    'CREATE TABLE uia_sessions (session {text} PRIMARY KEY, data {text} NOT NULL, expires_ts BIGINT NOT NULL) {clustered}',
    'CREATE INDEX uia_sessions_expiry ON uia_sessions (expires_ts)',
    'CREATE TABLE profiles (usr BIGINT NOT NULL, field {text} NOT NULL, value {text} NOT NULL, PRIMARY KEY (usr, field)) {clustered}',
    'CREATE TABLE filters (usr BIGINT NOT NULL, number BIGINT NOT NULL, definition {text} NOT NULL, PRIMARY KEY (usr, number)) {clustered}',
    // room: 0 for global account data.
    `CREATE TABLE account_data (
      usr BIGINT NOT NULL, room BIGINT NOT NULL, type {text} NOT NULL, content {text} NOT NULL, PRIMARY KEY (usr, room, type)) {clustered}`,

    // --- reading ---------------------------------------------------------------------------------------------------
    // thread: '' unthreaded, 'main', or the root's event id. countable: the room's running number at the event that was read.
    `CREATE TABLE receipts (
      room BIGINT NOT NULL, usr BIGINT NOT NULL, type {text} NOT NULL, thread {text} NOT NULL, event BIGINT NOT NULL,
      event_id {text} NOT NULL, countable BIGINT NOT NULL, ts BIGINT NOT NULL, PRIMARY KEY (room, usr, type, thread)) {clustered}`,
    // Only where a user's rules say more or less than the room's running number: highlight 1, or delta on notifications.
    `CREATE TABLE notification_exceptions (
      room BIGINT NOT NULL, usr BIGINT NOT NULL, event BIGINT NOT NULL, countable BIGINT NOT NULL, highlight SMALLINT NOT NULL,
      notify_delta SMALLINT NOT NULL, thread {text} NOT NULL, PRIMARY KEY (room, usr, event)) {clustered}`,
  ],
};
