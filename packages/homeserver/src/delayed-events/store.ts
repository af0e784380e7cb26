import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export const outcomes = { scheduled: 0, sent: 1, cancelled: 2, failed: 3 } as const;

export type DelayedRow = {
  readonly delay_id: string;
  readonly usr: number;
  readonly room: number;
  readonly type: string;
  readonly state_key: string | null;
  readonly content: string;
  readonly sticky_ms: number | null;
  readonly delay: number;
  readonly running_since: number;
  readonly send_ts: number;
  readonly replaced: number;
  readonly outcome: number;
  readonly finalised_ts: number | null;
  readonly event_id: string | null;
  readonly error: string | null;
};

const columns = `delay_id, usr, room, type, state_key, content, sticky_ms, delay, running_since, send_ts, replaced, outcome, finalised_ts,
  event_id, error`;
const one = point<DelayedRow>('delayed-events-one', `SELECT ${columns} FROM delayed_events WHERE delay_id = $1`);
const ofRequest = point<DelayedRow>('delayed-events-of-request', `SELECT ${columns} FROM delayed_events WHERE usr = $1 AND request = $2`);
const ofUser = scan<DelayedRow>(
  'delayed-events-of-user',
  `SELECT ${columns} FROM delayed_events WHERE usr = $1 AND (outcome = 0) = ($2 = 0) AND (send_ts > $3 OR (send_ts = $3 AND delay_id > $4))
   ORDER BY send_ts, delay_id LIMIT $5`,
);
const scheduledOfUser = scan<{ count: number; next: number | null }>(
  'delayed-events-scheduled-of-user',
  'SELECT COUNT(*) AS count, MIN(send_ts) AS next FROM delayed_events WHERE usr = $1 AND outcome = 0',
);
const due = scan<DelayedRow>(
  'delayed-events-due',
  `SELECT ${columns} FROM delayed_events WHERE outcome = 0 AND send_ts <= $1 ORDER BY send_ts LIMIT $2`,
);
const next = point<{ send_ts: number }>(
  'delayed-events-next',
  'SELECT send_ts FROM delayed_events WHERE outcome = 0 ORDER BY send_ts LIMIT 1',
);

const insert: Insert = {
  name: 'delayed-events-insert',
  table: 'delayed_events',
  columns: [
    { name: 'delay_id', type: 'text' },
    { name: 'usr', type: 'integer' },
    { name: 'request', type: 'text' },
    { name: 'room', type: 'integer' },
    { name: 'type', type: 'text' },
    { name: 'state_key', type: 'text' },
    { name: 'content', type: 'text' },
    { name: 'sticky_ms', type: 'integer' },
    { name: 'delay', type: 'integer' },
    { name: 'running_since', type: 'integer' },
    { name: 'send_ts', type: 'integer' },
    { name: 'replaced', type: 'integer' },
    { name: 'outcome', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const restart = command(
  'delayed-events-restart',
  'UPDATE delayed_events SET running_since = $2, send_ts = $2 + delay WHERE delay_id = $1 AND outcome = 0',
);
const finalise = command(
  'delayed-events-finalise',
  'UPDATE delayed_events SET outcome = $2, finalised_ts = $3, error = $4 WHERE delay_id = $1 AND outcome = 0',
);
const nameEvent = command('delayed-events-name-event', 'UPDATE delayed_events SET event_id = $2 WHERE delay_id = $1');
const deleteOfUser = command('delayed-events-delete-of-user', 'DELETE FROM delayed_events WHERE usr = $1');
const deleteFinalised = command(
  'delayed-events-delete-finalised',
  `DELETE FROM delayed_events WHERE delay_id IN (
     SELECT delay_id FROM delayed_events WHERE finalised_ts IS NOT NULL AND finalised_ts < $1 ORDER BY finalised_ts LIMIT $2)`,
);
const oldFinalised = point<{ delay_id: string }>(
  'delayed-events-old-finalised',
  'SELECT delay_id FROM delayed_events WHERE finalised_ts IS NOT NULL AND finalised_ts < $1 ORDER BY finalised_ts LIMIT 1',
);

export function readDelayed(reader: Reader, delayId: string): Promise<DelayedRow | undefined> {
  return reader.first(one, [delayId]);
}

export function readDelayedOfRequest(reader: Reader, user: number, request: string): Promise<DelayedRow | undefined> {
  return reader.first(ofRequest, [user, request]);
}

export type DelayedPage = { readonly finalised: boolean; readonly afterTs: number; readonly afterId: string; readonly limit: number };

/** A user's own, by the time at which they are or were to be sent. */
export function readDelayedOf(reader: Reader, user: number, { finalised, afterTs, afterId, limit }: DelayedPage): Promise<DelayedRow[]> {
  return reader.all(ofUser, [user, finalised ? 1 : 0, afterTs, afterId, limit]);
}

/** How many are scheduled for a user, and when the next of them is due. */
export async function countScheduled(reader: Reader, user: number): Promise<{ readonly count: number; readonly next: number | null }> {
  return (await reader.first(scheduledOfUser, [user])) ?? { count: 0, next: null };
}

export function readDue(reader: Reader, now: number, limit: number): Promise<DelayedRow[]> {
  return reader.all(due, [now, limit]);
}

export async function readNextDue(reader: Reader): Promise<number | undefined> {
  return (await reader.first(next, []))?.send_ts;
}

/** Scheduled anew. */
export function delayedInsertion(
  row: Omit<DelayedRow, 'outcome' | 'finalised_ts' | 'event_id' | 'error'>,
  request: string | null,
): Statement {
  const { delay_id, usr, room, type, state_key, content, sticky_ms, delay, running_since, send_ts, replaced } = row;
  const texts = [delay_id, usr, request, room, type, state_key, content];
  return { insert, row: [...texts, sticky_ms, delay, running_since, send_ts, replaced, outcomes.scheduled] };
}

/** Refused if it is scheduled no more. */
export function restarting(delayId: string, now: number): Statement {
  return { run: restart, params: [delayId, now], mustChange: 1 };
}

/** Refused if it is scheduled no more, so that an event is never both sent and cancelled. */
export function finalising(delayId: string, outcome: number, now: number, error: string | null = null): Statement {
  return { run: finalise, params: [delayId, outcome, now, error], mustChange: 1 };
}

export function namingEvent(delayId: string, eventId: string): Statement {
  return { run: nameEvent, params: [delayId, eventId] };
}

export function delayedErasure(user: number): Statement {
  return { run: deleteOfUser, params: [user] };
}

export async function hasFinalisedBefore(reader: Reader, ts: number): Promise<boolean> {
  return (await reader.first(oldFinalised, [ts])) !== undefined;
}

export function finalisedDeletion(beforeTs: number, limit: number): Statement {
  return { run: deleteFinalised, params: [beforeTs, limit] };
}
