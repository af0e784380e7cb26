import { LRUCache } from 'lru-cache';

import { type KeyCounts, readKeyCounts } from './store.ts';
import { type Database, type StreamEntry, streamKinds } from '@hearth/storage';

/** Users whose devices' counts are kept in mind. */
const usersMax = 20_000;

/** How many keys devices have left, which every /sync answer says: read once, then kept right by the stream. */
export class DeviceKeyCounts {
  readonly #database: Database;
  readonly #users = new LRUCache<number, Map<string, Promise<KeyCounts>>>({ max: usersMax });

  constructor(database: Database) {
    this.#database = database;
  }

  of(user: number, deviceId: string): Promise<KeyCounts> {
    let devices = this.#users.get(user);
    if (!devices) {
      devices = new Map();
      this.#users.set(user, devices);
    }
    const known = devices.get(deviceId);
    if (known) return known;
    const counts = readKeyCounts(this.#database.reader, user, deviceId);
    devices.set(deviceId, counts);
    // A reading that failed is tried again by the next who asks.
    counts.catch(() => devices.delete(deviceId));
    return counts;
  }

  /** A consumer of the tail. Devices that end are forgotten with the user's others: a device's id may come again. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, usr } of entries) {
      if (usr !== null && (kind === streamKinds.oneTimeKeys || kind === streamKinds.deviceList)) this.#users.delete(usr);
    }
  };
}
