import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { deviceRenaming, type DeviceRow } from './device-store.ts';
import type { LastSeen } from './last-seen.ts';
import { checkedDeviceName, type Sessions } from './sessions.ts';
import { WriteRefused } from '@hearth/storage';

/** A device as its user sees it (https://spec.matrix.org/v1.19/client-server-api/#device-management). */
export type ShownDevice = { device_id: string; display_name?: string; last_seen_ip?: string; last_seen_ts?: number };

/** A user's own devices: listing, renaming, removing. */
export class DeviceList {
  readonly #sessions: Sessions;
  readonly #lastSeen: Pick<LastSeen, 'of'>;

  constructor(sessions: Sessions, lastSeen: Pick<LastSeen, 'of'>) {
    this.#sessions = sessions;
    this.#lastSeen = lastSeen;
  }

  async list(user: number): Promise<ShownDevice[]> {
    return (await this.#sessions.devices(user)).map((row) => this.#shown(user, row));
  }

  async one(user: number, deviceId: string): Promise<ShownDevice> {
    const row = await this.#sessions.device(user, deviceId);
    if (!row) throw noSuchDevice();
    return this.#shown(user, row);
  }

  async rename({ user }: Requester, deviceId: string, name: string | undefined): Promise<void> {
    if (name === undefined) {
      await this.one(user, deviceId);
      return;
    }
    try {
      const statements = [deviceRenaming(user, deviceId, checkedDeviceName(name))];
      await this.#sessions.commitDevices({ user, devices: [deviceId], statements, stream: [] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') throw noSuchDevice();
      throw error;
    }
  }

  #shown(user: number, row: DeviceRow): ShownDevice {
    const seen = this.#lastSeen.of(user, row.device_id);
    const ip = seen?.ip ?? row.last_seen_ip;
    const ts = seen?.ts ?? row.last_seen_ts;
    return {
      device_id: row.device_id,
      ...(row.display_name === null ? {} : { display_name: row.display_name }),
      ...(ip === null ? {} : { last_seen_ip: ip }),
      ...(ts === null ? {} : { last_seen_ts: ts }),
    };
  }
}

function noSuchDevice(): MatrixError {
  return new MatrixError('M_NOT_FOUND', 'You have no such device.');
}
