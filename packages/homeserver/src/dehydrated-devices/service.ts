import type { Sessions } from '../accounts/index.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { unavailable } from '../http/translate-error.ts';
import type { KeysToUpload, KeyUpload } from '../keys/index.ts';
import type { StreamTail } from '../streams/tail.ts';
import type { ToDevice } from '../to-device/index.ts';
import { dehydratedDataChange, dehydratedInsertion, type DehydratedRow, readDehydrated } from './store.ts';
import type { JsonObject } from '@hearth/protocol';
import { type Database, WriteRefused } from '@hearth/storage';

/** A device's keys, encrypted: some kilobytes. */
const dataBytesMax = 256 * 1024;
/** How often it is tried again when other requests replaced the device at the same time. */
const attemptsMax = 10;

export type DehydratedDevicesDeps = {
  readonly database: Database;
  readonly sessions: Sessions;
  readonly uploads: KeyUpload;
  readonly toDevice: ToDevice;
  readonly tail: Pick<StreamTail, 'position'>;
};

export type NewDehydratedDevice = KeysToUpload & {
  readonly device_id: string;
  readonly device_data: JsonObject;
  readonly initial_device_display_name?: string | undefined;
};
export type ShownDehydratedDevice = { readonly device_id: string; readonly device_data: JsonObject };

/** `more` is whether a further answer may hold further messages. */
export type DehydratedEvents = { readonly events: readonly JsonObject[]; readonly next: string; readonly more: boolean };

/**
 * A device of which nobody has a token: it collects keys of conversations while its owner has no other device, and a new one takes
 * them over (https://github.com/matrix-org/matrix-spec-proposals/pull/3814).
 */
export class DehydratedDevices {
  readonly #deps: DehydratedDevicesDeps;

  constructor(deps: DehydratedDevicesDeps) {
    this.#deps = deps;
  }

  /** PUT: takes the place of an earlier one. Device, keys and data are one commit, so that no message is encrypted for half of it. */
  async put(requester: Requester, device: NewDehydratedDevice, seen: { readonly ip: string }): Promise<string> {
    const data = checkedData(device.device_data);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#replace(requester, device, data, seen.ip);
        return device.device_id;
      } catch (error) {
        if (!(error instanceof WriteRefused && (error.why === 'guard' || error.why === 'duplicate'))) throw error;
        if (attempt === attemptsMax) throw unavailable('Your dehydrated device is being replaced by many at once.');
      }
    }
  }

  /** The write is refused when another one came or went meanwhile. */
  async #replace(requester: Requester, device: NewDehydratedDevice, data: string, ip: string): Promise<void> {
    const { sessions, uploads, database } = this.#deps;
    const { device_id: deviceId, initial_device_display_name: displayName } = device;
    const { user } = requester;
    const before = (await readDehydrated(database.reader, user))?.device_id;
    if (deviceId !== before && (await sessions.device(user, deviceId)))
      throw new MatrixError('M_INVALID_PARAM', 'You have a device of this id, which is not dehydrated.');
    const change =
      deviceId === before
        ? { devices: [], statements: [dehydratedDataChange(user, deviceId, data)], stream: [] }
        : await sessions.replacing(user, before, { deviceId, displayName, ip });
    const insertion = deviceId === before ? [] : [dehydratedInsertion(user, deviceId, data)];
    await uploads.uploadTogether({ ...requester, deviceId }, device, { ...change, statements: [...change.statements, ...insertion] });
  }

  async get({ user }: Requester): Promise<ShownDehydratedDevice> {
    const { device_id: deviceId, data } = await this.#row(user);
    return { device_id: deviceId, device_data: JSON.parse(data) as JsonObject };
  }

  async delete({ user }: Requester): Promise<string> {
    const { device_id: deviceId } = await this.#row(user);
    await this.#deps.sessions.end(user, { these: [deviceId] });
    return deviceId;
  }

  /** What waits for the device, from a token on. Nothing goes by it: whoever rehydrates may break off, and another one begins anew. */
  async events({ user }: Requester, deviceId: string, from: string | undefined): Promise<DehydratedEvents> {
    const { database, toDevice, tail } = this.#deps;
    const row = await readDehydrated(database.reader, user);
    if (row?.device_id !== deviceId) throw new MatrixError('M_FORBIDDEN', 'This is not your dehydrated device.');
    const since = from === undefined ? 0 : positionOf(from);
    const upTo = Math.max(since, tail.position);
    const batch = await toDevice.waiting(user, deviceId, since, upTo);
    return { events: batch.events, next: `d${batch.upTo}`, more: batch.upTo < upTo };
  }

  async #row(user: number): Promise<DehydratedRow> {
    const row = await readDehydrated(this.#deps.database.reader, user);
    if (!row) throw new MatrixError('M_NOT_FOUND', 'You have no dehydrated device.');
    return row;
  }
}

function checkedData(data: JsonObject): string {
  if (typeof data['algorithm'] !== 'string') throw new MatrixError('M_BAD_JSON', 'device_data needs the string algorithm.');
  const text = JSON.stringify(data);
  if (Buffer.byteLength(text) > dataBytesMax) throw new MatrixError('M_TOO_LARGE', `device_data has at most ${dataBytesMax} bytes.`);
  return text;
}

function positionOf(token: string): number {
  const position = Number(/^d(\d{1,16})$/.exec(token)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(position)) throw new MatrixError('M_INVALID_PARAM', 'This token is not one that an earlier answer gave.');
  return position;
}
