import { type Database, type Reader, scan, type Statement, type StreamRow, streamKinds } from '@hearth/storage';

/** Rooms that hear of a change. Beyond it only those in which the user really is come first, and invitations are left out. */
const roomsMax = 20_000;

const audience = scan<{ room: number }>(
  'streams-device-list-audience',
  `SELECT room FROM memberships WHERE usr = $1 AND membership IN ('join', 'invite') ORDER BY membership DESC, room LIMIT ${roomsMax}`,
);

/**
 * A change of a user's devices or keys. `devices` are the ids of those concerned, none when it is only about the user's cross-signing.
 */
export type DeviceListChange = {
  readonly user: number;
  readonly devices: readonly string[];
  readonly statements: readonly Statement[];
  readonly stream: readonly StreamRow[];
};

/**
 * Commits a change of devices or keys and tells everybody who may encrypt for the user: all who share a room with them, also one that the
 * user is only invited to.
 */
export async function writeDeviceListChange(database: Database, { user, devices, statements, stream }: DeviceListChange): Promise<void> {
  const told = await audienceOf(database.reader, user);
  await database.write({ claims: [], statements, stream: [...stream, ...ownRows(user, devices), ...roomRows(user, told)] });
  // Who shares a room since after the reading may have asked for the keys before the commit.
  const known = new Set(told);
  const later = (await audienceOf(database.reader, user)).filter((room) => !known.has(room));
  if (later.length > 0) await database.write({ claims: [], statements: [], stream: roomRows(user, later) });
}

/** The rows alone, for who makes the change part of another write. */
export async function deviceListRows(reader: Reader, user: number, devices: readonly string[]): Promise<StreamRow[]> {
  return [...ownRows(user, devices), ...roomRows(user, await audienceOf(reader, user))];
}

/**
 * What the user's own devices are told. One row for each device: the row's position is the number of that update, which other servers
 * want to have with the one before it.
 */
export function ownRows(user: number, devices: readonly string[]): StreamRow[] {
  const details = devices.length === 0 ? [null] : devices;
  return details.map((detail) => ({ kind: streamKinds.deviceList, room: null, usr: user, subject: user, detail }));
}

/** Tells a user, and nobody else, that the keys of `subject` are signed by theirs now. */
export function signedFor(user: number, subject: number): StreamRow {
  return { kind: streamKinds.deviceList, room: null, usr: user, subject, detail: null };
}

async function audienceOf(reader: Reader, user: number): Promise<number[]> {
  return (await reader.all(audience, [user])).map(({ room }) => room);
}

function roomRows(user: number, rooms: readonly number[]): StreamRow[] {
  return rooms.map((room) => ({ kind: streamKinds.deviceList, room, usr: null, subject: user, detail: null }));
}
