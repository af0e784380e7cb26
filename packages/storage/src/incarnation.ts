import type { StorageRandom } from './ports.ts';

/** Identity of a database's life: 12 characters 0-9 a-f, so that it can stand in a sync token without being quoted. */
export function newIncarnation(random: StorageRandom): string {
  return Buffer.from(random.bytes(6)).toString('hex');
}
