import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

/** `acknowledged` and `newest`: the two answers from which the client may go on. */
export type ConnectionRow = { readonly number: number; readonly acknowledged: number; readonly newest: number };
/** What a client knows of a room after an answer; `position` 0: all up to the answer's own position. */
export type SentRow = {
  readonly room: number;
  readonly position: number;
  readonly timeline: number;
  readonly required: number;
  readonly direct: number;
};

/** Connections of one device; the oldest makes room for a new one. */
const connectionsMax = 20;

const connectionRow = point<ConnectionRow>(
  'sliding-connection',
  'SELECT number, acknowledged, newest FROM sliding_connections WHERE usr = $1 AND device_id = $2 AND conn_id = $3',
);
const sentRows = scan<SentRow>(
  'sliding-rooms',
  `SELECT room, position, timeline, required, direct FROM sliding_rooms WHERE connection = $1 AND answer <= $2 ORDER BY answer`,
);
const requiredRows = scan<{ number: number; text: string }>(
  'sliding-required',
  'SELECT number, text FROM sliding_required WHERE connection = $1',
);
const surplusConnections = scan<{ number: number }>(
  'sliding-surplus',
  `SELECT number FROM sliding_connections WHERE usr = $1 AND device_id = $2 AND conn_id <> $3
   ORDER BY number DESC LIMIT 1000 OFFSET ${connectionsMax - 1}`,
);

const insertConnection: Insert = {
  name: 'sliding-insert-connection',
  table: 'sliding_connections',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'conn_id', type: 'text' },
    { name: 'acknowledged', type: 'integer' },
    { name: 'newest', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const insertSent: Insert = {
  name: 'sliding-insert-room',
  table: 'sliding_rooms',
  columns: [
    { name: 'connection', type: 'integer' },
    { name: 'room', type: 'integer' },
    { name: 'answer', type: 'integer' },
    { name: 'position', type: 'integer' },
    { name: 'timeline', type: 'integer' },
    { name: 'required', type: 'integer' },
    { name: 'direct', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['connection', 'room', 'answer'] },
};
const insertRequired: Insert = {
  name: 'sliding-insert-required',
  table: 'sliding_required',
  columns: [
    { name: 'connection', type: 'integer' },
    { name: 'number', type: 'integer' },
    { name: 'text', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['connection', 'number'] },
};
const advance = command(
  'sliding-advance',
  'UPDATE sliding_connections SET acknowledged = $2, newest = $3 WHERE number = $1 AND newest = $4',
);
const deleteAfter = command('sliding-delete-after', 'DELETE FROM sliding_rooms WHERE connection = $1 AND answer > $2');
const deleteReplaced = command(
  'sliding-delete-replaced',
  'DELETE FROM sliding_rooms WHERE connection = $1 AND room {in $2} AND answer < $3',
);
const ofConnections = 'IN (SELECT number FROM sliding_connections WHERE ';
const deletions = (name: string, condition: string): ReturnType<typeof command>[] => [
  command(`sliding-delete-rooms-${name}`, `DELETE FROM sliding_rooms WHERE connection ${ofConnections}${condition})`),
  command(`sliding-delete-required-${name}`, `DELETE FROM sliding_required WHERE connection ${ofConnections}${condition})`),
  command(`sliding-delete-connections-${name}`, `DELETE FROM sliding_connections WHERE ${condition}`),
];
const deleteSame = deletions('same', 'usr = $1 AND device_id = $2 AND conn_id = $3');
const deleteThese = deletions('these', 'number {in $1}');
const deleteOfDevices = deletions('of-devices', 'usr = $1 AND device_id {in-text $2}');
const deleteOfOthers = deletions('of-others', 'usr = $1 AND device_id <> $2');

export type ConnectionKey = { readonly user: number; readonly deviceId: string; readonly connId: string };

export function readConnection(reader: Reader, { user, deviceId, connId }: ConnectionKey): Promise<ConnectionRow | undefined> {
  return reader.first(connectionRow, [user, deviceId, connId]);
}

/** The rooms as of an answer; of one room that is there twice, the last counts. */
export function readSent(reader: Reader, connection: number, answer: number): Promise<SentRow[]> {
  return reader.all(sentRows, [connection, answer]);
}

export function readRequired(reader: Reader, connection: number): Promise<{ number: number; text: string }[]> {
  return reader.all(requiredRows, [connection]);
}

/** Ends the connection of the same name, and those that a device has too many. */
export async function connectionOpening(reader: Reader, key: ConnectionKey, number: number): Promise<Statement[]> {
  const { user, deviceId, connId } = key;
  const surplus = (await reader.all(surplusConnections, [user, deviceId, connId])).map((row) => row.number);
  return [
    ...(surplus.length === 0 ? [] : deleteThese.map((run) => ({ run, params: [surplus] }))),
    ...deleteSame.map((run) => ({ run, params: [user, deviceId, connId] })),
    { insert: insertConnection, row: [number, user, deviceId, connId, 0, 1] },
  ];
}

/** Refused as a guard when the connection ended or somebody else answered on it meanwhile. */
export function connectionAdvance(
  number: number,
  { acknowledged, newest, before }: { readonly acknowledged: number; readonly newest: number; readonly before: number },
  replaced: readonly number[],
): Statement[] {
  return [
    { run: advance, params: [number, acknowledged, newest, before], mustChange: 1 },
    { run: deleteAfter, params: [number, acknowledged] },
    ...(replaced.length === 0 ? [] : [{ run: deleteReplaced, params: [number, replaced, acknowledged] }]),
  ];
}

export function sentRow(connection: number, answer: number, { room, position, timeline, required, direct }: SentRow): Statement {
  return { insert: insertSent, row: [connection, room, answer, position, timeline, required, direct] };
}

export function requiredRow(connection: number, number: number, text: string): Statement {
  return { insert: insertRequired, row: [connection, number, text] };
}

/** The connections of devices that end: these, or all but one. */
export function connectionErasure(user: number, ending: { readonly these: readonly string[] } | { readonly allBut: string }): Statement[] {
  if ('allBut' in ending) return deleteOfOthers.map((run) => ({ run, params: [user, ending.allBut] }));
  return deleteOfDevices.map((run) => ({ run, params: [user, ending.these] }));
}
