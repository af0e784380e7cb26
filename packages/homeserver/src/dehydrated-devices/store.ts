import type { EndingDevices } from '../accounts/index.ts';
import { command, type Insert, point, type Reader, type Statement } from '@hearth/storage';

/** data is JSON, which only its owner's clients can make something of. */
export type DehydratedRow = { readonly device_id: string; readonly data: string };

const dehydratedRow = point<DehydratedRow>('dehydrated-device', 'SELECT device_id, data FROM dehydrated_devices WHERE usr = $1');
const insertDehydrated: Insert = {
  name: 'dehydrated-insert',
  table: 'dehydrated_devices',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'data', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};
const setData = command('dehydrated-set-data', 'UPDATE dehydrated_devices SET data = $3 WHERE usr = $1 AND device_id = $2');
const deleteThese = command('dehydrated-delete', 'DELETE FROM dehydrated_devices WHERE usr = $1 AND device_id {in-text $2}');
const deleteOthers = command('dehydrated-delete-others', 'DELETE FROM dehydrated_devices WHERE usr = $1 AND device_id <> $2');

export function readDehydrated(reader: Reader, user: number): Promise<DehydratedRow | undefined> {
  return reader.first(dehydratedRow, [user]);
}

/** Fails as a duplicate when there is one: it would be left as a device that nobody can use or end. */
export function dehydratedInsertion(user: number, deviceId: string, data: string): Statement {
  return { insert: insertDehydrated, row: [user, deviceId, data] };
}

/** Refused as a guard when this is not the dehydrated device any more. */
export function dehydratedDataChange(user: number, deviceId: string, data: string): Statement {
  return { run: setData, params: [user, deviceId, data], mustChange: 1 };
}

/** A device that ends is no dehydrated one any more. */
export function dehydratedErasure(user: number, ending: EndingDevices): Statement {
  if ('allBut' in ending) return { run: deleteOthers, params: [user, ending.allBut] };
  return { run: deleteThese, params: [user, ending.these] };
}
