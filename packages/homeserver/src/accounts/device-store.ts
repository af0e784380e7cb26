import type { EndingDevices } from './deps.ts';
import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export type DeviceRow = {
  readonly device_id: string;
  readonly display_name: string | null;
  readonly last_seen_ts: number | null;
  readonly last_seen_ip: string | null;
  readonly user_agent: string | null;
  readonly created_ts: number;
};

const columns = 'device_id, display_name, last_seen_ts, last_seen_ip, user_agent, created_ts';
const deviceRow = point<DeviceRow>('devices-one', `SELECT ${columns} FROM devices WHERE usr = $1 AND device_id = $2`);
const deviceRows = scan<DeviceRow>('devices-of-user', `SELECT ${columns} FROM devices WHERE usr = $1 ORDER BY device_id`);

const insertDevice: Insert = {
  name: 'devices-insert',
  table: 'devices',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'display_name', type: 'text' },
    { name: 'last_seen_ts', type: 'integer' },
    { name: 'last_seen_ip', type: 'text' },
    { name: 'user_agent', type: 'text' },
    { name: 'created_ts', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['usr', 'device_id'] },
};
const renameDevice = command('devices-rename', 'UPDATE devices SET display_name = $3 WHERE usr = $1 AND device_id = $2');
const seeDevice = command(
  'devices-seen',
  'UPDATE devices SET last_seen_ts = $3, last_seen_ip = $4, user_agent = $5 WHERE usr = $1 AND device_id = $2',
);
const deleteDevices = command('devices-delete', 'DELETE FROM devices WHERE usr = $1 AND device_id {in-text $2}');
const deleteAllDevices = command('devices-delete-all', 'DELETE FROM devices WHERE usr = $1 AND device_id <> $2');

export type Seen = { readonly ts: number; readonly ip: string; readonly userAgent: string | undefined };

export function readDevice(reader: Reader, user: number, deviceId: string): Promise<DeviceRow | undefined> {
  return reader.first(deviceRow, [user, deviceId]);
}

export function readDevices(reader: Reader, user: number): Promise<DeviceRow[]> {
  return reader.all(deviceRows, [user]);
}

/** A device that is there already keeps its name. */
export function deviceInsertion(user: number, deviceId: string, displayName: string | null, seen: Seen): Statement {
  return { insert: insertDevice, row: [user, deviceId, displayName, seen.ts, seen.ip, storable(seen.userAgent), seen.ts] };
}

export function deviceRenaming(user: number, deviceId: string, displayName: string): Statement {
  return { run: renameDevice, params: [user, deviceId, displayName], mustChange: 1 };
}

export function deviceSeen(user: number, deviceId: string, seen: Seen): Statement {
  return { run: seeDevice, params: [user, deviceId, seen.ts, seen.ip, storable(seen.userAgent)] };
}

export function deviceDeletion(user: number, ending: EndingDevices): Statement {
  if ('these' in ending) return { run: deleteDevices, params: [user, ending.these] };
  return { run: deleteAllDevices, params: [user, ending.allBut] };
}

/** Headers are bytes read as Latin-1, so nothing unstorable is in them but U+0000; they are only bounded here. */
function storable(userAgent: string | undefined): string | null {
  return userAgent === undefined ? null : userAgent.replaceAll('\0', '').slice(0, 200);
}
