import { accountDataNews } from './service.ts';
import { accountDataDeletion, readStoredTypes } from './store.ts';
import type { Reader, Statement, StreamRow } from '@hearth/storage';

/** Which notifications one device shows (MSC3890): account data with the device's id in its type, so it goes with the device. */
const prefixes = ['m.local_notification_settings.', 'org.matrix.msc3890.local_notification_settings.'];

/** The rows that delete the settings of devices that end, and tell the others so. */
export async function deviceSettingsEnd(
  reader: Reader,
  user: number,
  devices: readonly string[],
): Promise<{ readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] }> {
  const types = devices.flatMap((device) => prefixes.map((prefix) => prefix + device));
  const stored = types.length === 0 ? [] : await readStoredTypes(reader, user, types);
  return {
    statements: stored.map((type) => accountDataDeletion(user, 0, type)),
    stream: stored.map((type) => accountDataNews(user, 0, type)),
  };
}
