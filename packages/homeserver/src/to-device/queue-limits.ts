import { LRUCache } from 'lru-cache';

import { type DeviceOfUser, readSurplus, surplusDeletion } from './store.ts';
import type { Reader, Statement } from '@hearth/storage';

/** Messages after which a device's queue is looked at again: counting it at each message would cost what waits there. */
const lookEvery = 100;
/** Devices of which it is known how many messages came since. */
const devicesMax = 20_000;

type Device = Pick<DeviceOfUser, 'usr' | 'device_id'>;

/** Holds the queues of devices that nobody reads near their limit. */
export class QueueLimits {
  readonly #reader: Reader;
  readonly #sinceLook = new LRUCache<string, number>({ max: devicesMax });

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Deletes what is too much, for those devices about to get a message whose turn it is to be looked at. */
  async surplusOf(devices: readonly Device[]): Promise<readonly Statement[]> {
    const due: Device[] = [];
    for (const device of devices) {
      const key = `${device.usr} ${device.device_id}`;
      const count = this.#sinceLook.get(key) ?? lookEvery;
      if (count >= lookEvery) due.push(device);
      this.#sinceLook.set(key, count >= lookEvery ? 1 : count + 1);
    }
    if (due.length === 0) return [];
    const users = [...new Set(due.map(({ usr }) => usr))];
    const surplus = await readSurplus(
      this.#reader,
      users,
      due.map((device) => device.device_id),
    );
    return surplus.map(surplusDeletion);
  }
}
