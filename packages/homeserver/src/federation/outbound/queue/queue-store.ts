import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

/** https://spec.matrix.org/v1.19/server-server-api/#transactions */
export const pdusMax = 50;

/** Servers of one room that an event goes to. */
const serversPerRoomMax = 10_000;

const roomServers = scan<{ server: string }>(
  'federation-room-servers',
  `SELECT server FROM room_servers WHERE room = $1 AND joined > 0 LIMIT ${serversPerRoomMax}`,
);

export async function readRoomServers(reader: Reader, room: number): Promise<readonly string[]> {
  return (await reader.all(roomServers, [room])).map(({ server }) => server);
}

const queueEvent: Insert = {
  name: 'federation-queue-event',
  table: 'outgoing_events',
  columns: [
    { name: 'server', type: 'text' },
    { name: 'position', type: 'integer' },
    { name: 'room', type: 'integer' },
    { name: 'event', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['server', 'position'] },
};
const raiseWanted = command(
  'federation-raise-wanted',
  `INSERT INTO destinations (server, failures, retry_ts, wanted, sent, through, txn_failures, batch) VALUES ($1, 0, 0, $2, 0, 0, 0, ${pdusMax})
   ON CONFLICT (server) DO UPDATE SET wanted = excluded.wanted`,
);
const keepLatest = command(
  'federation-keep-latest',
  `DELETE FROM outgoing_events WHERE room = $1 AND position < $2 AND EXISTS (
     SELECT 1 FROM destinations d WHERE d.server = outgoing_events.server AND d.failures > 0 AND d.through < outgoing_events.position)`,
);

/**
 * An event that waits for these servers. For one that does not answer only the newest of each room waits, from which it finds the rest
 * when it is back; what its composed transaction holds stays as it is.
 */
export function queueRows(servers: readonly string[], position: number, room: number, event: number): Statement[] {
  if (servers.length === 0) return [];
  const rows = servers.map((server) => ({ insert: queueEvent, row: [server, position, room, event] }));
  const wanted = servers.map((server) => ({ run: raiseWanted, params: [server, position] }));
  return [...rows, ...wanted, { run: keepLatest, params: [room, position] }];
}

/** Up to which position events are wanted, were sent, and are in the composed transaction. */
export type DestinationRow = {
  readonly server: string;
  readonly failures: number;
  readonly retry_ts: number;
  readonly last_error: string | null;
  readonly txn_id: string | null;
  readonly txn_body: string | null;
  readonly wanted: number;
  readonly sent: number;
  readonly through: number;
  /** Failures of this very transaction, and how many events the next one may have. */
  readonly txn_failures: number;
  readonly batch: number;
};

const destination = point<DestinationRow>(
  'federation-destination',
  `SELECT server, failures, retry_ts, last_error, txn_id, txn_body, wanted, sent, through, txn_failures, batch FROM destinations WHERE server = $1`,
);

export function readDestination(reader: Reader, server: string): Promise<DestinationRow | undefined> {
  return reader.first(destination, [server]);
}

const noteDestination = command(
  'federation-note-destination',
  `UPDATE destinations SET failures = $2, retry_ts = $3, last_error = $4, txn_id = $5, txn_body = $6, sent = $7, through = $8,
     txn_failures = $9, batch = $10 WHERE server = $1`,
);

/** What its sender knows of a destination. What is wanted belongs to whoever queues. */
export function destinationRow(row: DestinationRow): Statement {
  const { server, failures, retry_ts, last_error, txn_id, txn_body, sent, through, txn_failures, batch } = row;
  return { run: noteDestination, params: [server, failures, retry_ts, last_error, txn_id, txn_body, sent, through, txn_failures, batch] };
}

const tryNow = command('federation-try-now', 'UPDATE destinations SET retry_ts = 0 WHERE server = $1 AND retry_ts > 0');

/** The server has shown that it is there. */
export function tryNowRow(server: string): Statement {
  return { run: tryNow, params: [server] };
}

const waiting = scan<{ server: string }>(
  'federation-waiting-destinations',
  'SELECT server FROM destinations WHERE wanted > sent AND retry_ts <= $1 ORDER BY retry_ts LIMIT $2',
);

/** Servers for which something waits and which may be tried. */
export async function readWaitingServers(reader: Reader, nowTs: number, limit: number): Promise<readonly string[]> {
  return (await reader.all(waiting, [nowTs, limit])).map(({ server }) => server);
}

export type WaitingEvent = { readonly position: number; readonly event: number };

const nextEvents = scan<WaitingEvent>(
  'federation-next-events',
  'SELECT position, event FROM outgoing_events WHERE server = $1 ORDER BY position LIMIT $2',
);

export function readNextEvents(reader: Reader, server: string, limit: number): Promise<WaitingEvent[]> {
  return reader.all(nextEvents, [server, limit]);
}

const freeQueues = command(
  'federation-free-queues',
  "UPDATE leases SET expires_ts = 0 WHERE name > 'destination/' AND name < 'destination0'",
);

/** Where a database has one process: whoever held a queue has died. */
export const freedQueues: Statement = { run: freeQueues, params: [] };

const takenEvents = command('federation-taken-events', 'DELETE FROM outgoing_events WHERE server = $1 AND position <= $2');

export function takenRow(server: string, through: number): Statement {
  return { run: takenEvents, params: [server, through] };
}
