import type { EndingDevices } from '../accounts/index.ts';
import { command, type Insert, point, type Reader, scan, type Statement, streamKinds, type StreamRow } from '@hearth/storage';

/** Messages that wait for one device. When there are more, the oldest go: what comes last is of most use to a device that comes back. */
export const queueMax = 10_000;
/** Messages that one acknowledgement takes away; a queue may be above its limit by what came since it was last looked at. */
const acknowledgedMax = 20_000;

export type WaitingMessage = { readonly position: number; readonly message: string };
export type DeviceOfUser = { readonly usr: number; readonly user_id: string; readonly device_id: string };
type Surplus = { readonly usr: number; readonly device_id: string; readonly cut: number };

const devicesOf = scan<DeviceOfUser>(
  'to-device-devices',
  `SELECT d.usr, u.user_id, d.device_id FROM user_ids u JOIN devices d ON d.usr = u.number
   WHERE u.user_id {in-text $1} ORDER BY d.usr, d.device_id`,
);
const wasSent = point<{ ts: number }>(
  'to-device-was-sent',
  'SELECT ts FROM transactions WHERE usr = $1 AND device_id = $2 AND scope = $3 AND txn_id = $4',
);
// The stream has the order; it is read from where the oldest message of the queue can be.
const oldestPlace = 'SELECT COALESCE(MIN(placed_after), $4) FROM to_device WHERE usr = $1 AND device_id = $2';
const waiting = scan<WaitingMessage>(
  'to-device-waiting',
  `SELECT s.position, m.message FROM stream s JOIN to_device m ON m.number = s.subject
   WHERE s.usr = $1 AND s.kind = ${streamKinds.toDevice} AND s.detail = $2
     AND s.position > $3 AND s.position > (${oldestPlace}) AND s.position <= $4
   ORDER BY s.position LIMIT $5`,
);
const waitingNumbers = scan<{ number: number }>(
  'to-device-waiting-numbers',
  `SELECT m.number FROM stream s JOIN to_device m ON m.number = s.subject
   WHERE s.usr = $1 AND s.kind = ${streamKinds.toDevice} AND s.detail = $2
     AND s.position > $3 AND s.position > (${oldestPlace}) AND s.position <= $4
   ORDER BY s.position LIMIT ${acknowledgedMax}`,
);
const surplusOf = scan<Surplus>(
  'to-device-surplus',
  `SELECT usr, device_id, cut FROM (
     SELECT d.usr, d.device_id, (
       SELECT m.placed_after FROM to_device m WHERE m.usr = d.usr AND m.device_id = d.device_id
       ORDER BY m.placed_after DESC LIMIT 1 OFFSET ${queueMax - 1}) AS cut
     FROM devices d WHERE d.usr {in $1} AND d.device_id {in-text $2}) AS queues
   WHERE cut IS NOT NULL`,
);

const insertMessage: Insert = {
  name: 'to-device-insert',
  table: 'to_device',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'placed_after', type: 'integer' },
    { name: 'message', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};
const deleteForNobody = command(
  'to-device-delete-for-nobody',
  `DELETE FROM to_device WHERE number >= $1 AND number < $2
     AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.usr = to_device.usr AND d.device_id = to_device.device_id)`,
);
const deleteMessages = command('to-device-delete', 'DELETE FROM to_device WHERE number {in $1}');
const deleteOlder = command('to-device-delete-older', 'DELETE FROM to_device WHERE usr = $1 AND device_id = $2 AND placed_after < $3');
const deleteQueues = command('to-device-delete-queues', 'DELETE FROM to_device WHERE usr = $1 AND device_id {in-text $2}');
const deleteOtherQueues = command('to-device-delete-other-queues', 'DELETE FROM to_device WHERE usr = $1 AND device_id <> $2');

/** The devices of these users, of those that are no users of this server none. */
export function readDevicesOf(reader: Reader, userIds: readonly string[]): Promise<DeviceOfUser[]> {
  return reader.all(devicesOf, [userIds]);
}

export async function readWasSent(reader: Reader, user: number, deviceId: string, scope: string, txnId: string): Promise<boolean> {
  return (await reader.first(wasSent, [user, deviceId, scope, txnId])) !== undefined;
}

/** The first messages of a device at positions in (since, upTo], in order. */
export function readWaiting(
  reader: Reader,
  user: number,
  deviceId: string,
  since: number,
  upTo: number,
  limit: number,
): Promise<WaitingMessage[]> {
  return reader.all(waiting, [user, deviceId, since, upTo, limit]);
}

/** The numbers of a device's messages at positions in (since, upTo]. */
export async function readWaitingNumbers(reader: Reader, user: number, deviceId: string, since: number, upTo: number): Promise<number[]> {
  return (await reader.all(waitingNumbers, [user, deviceId, since, upTo])).map((row) => row.number);
}

/** Of these devices those with more messages than a queue holds, each with the place before which they have to go. */
export function readSurplus(reader: Reader, users: readonly number[], deviceIds: readonly string[]): Promise<Surplus[]> {
  return reader.all(surplusOf, [users, deviceIds]);
}

/** One message for one device, and the news of it. */
export function messageRows(
  message: { readonly number: number; readonly usr: number; readonly device_id: string; readonly message: string },
  placedAfter: number,
): { readonly statement: Statement; readonly stream: StreamRow } {
  const { number, usr, device_id: deviceId } = message;
  return {
    statement: { insert: insertMessage, row: [number, usr, deviceId, placedAfter, message.message] },
    stream: { kind: streamKinds.toDevice, room: null, usr, subject: number, detail: deviceId },
  };
}

/** Of these messages, which the same write put into queues, those go again whose device has ended since it was looked up. */
export function deletionForNobody(first: number, count: number): Statement {
  return { run: deleteForNobody, params: [first, first + count] };
}

export function messagesDeletion(numbers: readonly number[]): Statement {
  return { run: deleteMessages, params: [numbers] };
}

export function surplusDeletion({ usr, device_id: deviceId, cut }: Surplus): Statement {
  return { run: deleteOlder, params: [usr, deviceId, cut] };
}

/** What waits for devices goes with them. */
export function queuesErasure(user: number, ending: EndingDevices): Statement {
  if ('allBut' in ending) return { run: deleteOtherQueues, params: [user, ending.allBut] };
  return { run: deleteQueues, params: [user, ending.these] };
}
