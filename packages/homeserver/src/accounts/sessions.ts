import { MatrixError } from '../http/errors.ts';
import { type DeviceListChange, deviceListRows, ownRows, writeDeviceListChange } from '../streams/device-list.ts';
import type { AccountStoreDeps, DeviceEraser, DeviceFarewell, EndingDevices } from './deps.ts';
import { deviceDeletion, deviceInsertion, type DeviceRow, readDevice, readDevices } from './device-store.ts';
import { accountChanged } from './store.ts';
import type { TokenCache } from './token-cache.ts';
import {
  accessInsertion,
  readRefreshToken,
  refreshInsertion,
  refreshSpending,
  tokensAroundDeletion,
  tokensDeletion,
} from './token-store.ts';
import { newToken, tokenHash } from './tokens.ts';
import { capitals, type Clock, type Random } from '@hearth/kit';
import { parseDeviceId } from '@hearth/protocol';
import { type Database, type Statement, type StreamRow, WriteRefused } from '@hearth/storage';

/** Life of an access token that can be refreshed. Others do not expire. */
export const accessTokenLifeMs = 30 * 60_000;
/** Most devices of a user. A login beyond it takes the place of the device that was unused for longest. */
export const devicesMax = 500;
/** Longest name of a device. */
export const deviceNameLengthMax = 200;
const newDeviceIdLength = 10;

/** What a client says about itself when it logs in; its device's id and name have been checked. */
export type NewSession = {
  readonly deviceId?: string | undefined;
  readonly displayName?: string | undefined;
  readonly wantsRefreshToken: boolean;
  readonly ip: string;
  readonly userAgent: string | undefined;
};

/** A device that nobody logs in to. */
type DeviceWithoutToken = { readonly deviceId: string; readonly displayName: string | undefined; readonly ip: string };

/** What it gets. */
export type Issued = {
  readonly deviceId: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly expiresInMs?: number;
};

/** Rows for the write of whoever opens the session. */
export type Opened = { readonly issued: Issued; readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] };

export type SessionsDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly cache: Pick<TokenCache, 'forget'>;
  readonly deviceErasers: readonly DeviceEraser[];
  readonly deviceFarewell: DeviceFarewell;
  readonly isDehydrated: AccountStoreDeps['isDehydrated'];
};

/** Devices with their access and refresh tokens: what a login makes and a logout ends. */
export class Sessions {
  readonly #deps: SessionsDeps;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /**
   * A new token for a new device, or for a known one, whose old tokens end.
   * Nothing is written yet: `finish` the returned rows with `commit`.
   */
  async open(user: number, session: NewSession): Promise<Opened> {
    const { database, clock, random } = this.#deps;
    const deviceId = session.deviceId ?? random.text(newDeviceIdLength, capitals);
    const known = session.deviceId === undefined ? undefined : await readDevice(database.reader, user, deviceId);
    if (known && (await this.#deps.isDehydrated(database.reader, user, deviceId)))
      throw new MatrixError('M_INVALID_PARAM', 'Your dehydrated device has this id, and nobody logs in to that. Take another id.');
    const removed = known ? [] : await this.#surplus(user);
    const told = await this.#farewell(user, removed);
    const now = clock.now();
    const { issued, statements } = this.#issue(user, deviceId, session.wantsRefreshToken, now);
    const name = session.displayName ?? null;
    const seen = { ts: now, ip: session.ip, userAgent: session.userAgent };
    return {
      issued,
      statements: [
        ...tokensDeletion(user, { these: [deviceId] }),
        ...(removed.length === 0 ? [] : this.#deletion(user, { these: removed })),
        ...told.statements,
        // Nothing that was left of an earlier device of this id falls to the new one.
        ...(known ? [] : this.#erased(user, { these: [deviceId] })),
        deviceInsertion(user, deviceId, name, seen),
        ...statements,
      ],
      stream: [
        accountChanged(user),
        // Without keys a new device is nothing to others yet.
        ...(known ? [] : ownRows(user, [deviceId])),
        ...(removed.length === 0 ? [] : await deviceListRows(database.reader, user, removed)),
        ...told.stream,
      ],
    };
  }

  /** Writes rows that concern this user's tokens, and forgets what is remembered of them. */
  async commit(user: number, statements: readonly Statement[], stream: readonly StreamRow[]): Promise<void> {
    await this.#deps.database.write({ claims: [], statements, stream });
    this.#deps.cache.forget(user);
  }

  /** The same where devices end or change, which others must hear of. */
  async commitDevices(change: DeviceListChange): Promise<void> {
    await writeDeviceListChange(this.#deps.database, change);
    this.#deps.cache.forget(change.user);
  }

  /** Opens a session and nothing else. */
  async start(user: number, session: NewSession): Promise<Issued> {
    const { issued, statements, stream } = await this.open(user, session);
    await this.commit(user, statements, stream);
    return issued;
  }

  /**
   * A new pair for a refresh token (https://spec.matrix.org/v1.19/client-server-api/#refreshing-access-tokens). The old pair stays
   * until one of the new pair is used, so that a client which did not get the answer can ask again; a pair that such
   * a repeat replaces ends at once. Undefined for a token that nobody has, or that has been taken back.
   */
  async refresh(token: string): Promise<Issued | undefined> {
    const hash = tokenHash(token);
    const row = await readRefreshToken(this.#deps.database.reader, hash);
    if (row === undefined || row.state === 'deactivated') return undefined;
    if (row.state === 'locked') throw accountLocked();
    const created = Math.max(this.#deps.clock.now(), row.created_ts + 1);
    const { issued, statements } = this.#issue(row.usr, row.device_id, true, created);
    const before = [refreshSpending(hash), ...tokensAroundDeletion(row.usr, row.device_id, row.created_ts, row.created_ts)];
    try {
      await this.commit(row.usr, [...before, ...statements], [accountChanged(row.usr)]);
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') return undefined;
      throw error;
    }
    return issued;
  }

  device(user: number, deviceId: string): Promise<DeviceRow | undefined> {
    return readDevice(this.#deps.database.reader, user, deviceId);
  }

  devices(user: number): Promise<DeviceRow[]> {
    return readDevices(this.#deps.database.reader, user);
  }

  /** Ends devices with their tokens and all that is theirs; unknown ids are ignored. */
  async end(user: number, ending: EndingDevices): Promise<void> {
    const change = await this.ending(user, ending);
    if (change.devices.length > 0) await this.commitDevices(change);
    else await this.commit(user, change.statements, change.stream);
  }

  /** The rows that do it, for who has more to write with them. */
  async ending(user: number, ending: EndingDevices): Promise<DeviceListChange> {
    const devices = (await this.devices(user)).map(({ device_id: id }) => id).filter((id) => ends(id, ending));
    const told = await this.#farewell(user, devices);
    return {
      user,
      devices,
      statements: [...this.#deletion(user, ending), ...told.statements],
      stream: [accountChanged(user), ...told.stream],
    };
  }

  /** The rows of a device that nobody logs in to, and of the end of one whose place it takes. */
  async replacing(user: number, before: string | undefined, device: DeviceWithoutToken): Promise<DeviceListChange> {
    const deviceId = checkedDeviceId(device.deviceId);
    const ended = [...(before === undefined ? [] : [before]), ...(await this.#surplus(user, before))];
    const name = device.displayName === undefined ? null : checkedDeviceName(device.displayName);
    const seen = { ts: this.#deps.clock.now(), ip: device.ip, userAgent: undefined };
    return {
      user,
      devices: [...ended, deviceId],
      statements: [
        ...this.#deletion(user, { these: ended }),
        ...this.#erased(user, { these: [deviceId] }),
        deviceInsertion(user, deviceId, name, seen),
      ],
      stream: [accountChanged(user)],
    };
  }

  #deletion(user: number, ending: EndingDevices): Statement[] {
    return [...tokensDeletion(user, ending), deviceDeletion(user, ending), ...this.#erased(user, ending)];
  }

  #issue(user: number, deviceId: string, withRefresh: boolean, now: number): { issued: Issued; statements: Statement[] } {
    const access = newToken(this.#deps.random);
    if (!withRefresh) {
      return { issued: { deviceId, accessToken: access.token }, statements: [accessInsertion(access.hash, user, deviceId, null, now)] };
    }
    const refresh = newToken(this.#deps.random);
    return {
      issued: { deviceId, accessToken: access.token, refreshToken: refresh.token, expiresInMs: accessTokenLifeMs },
      statements: [
        accessInsertion(access.hash, user, deviceId, this.#deps.clock.now() + accessTokenLifeMs, now),
        refreshInsertion(refresh.hash, user, deviceId, now),
      ],
    };
  }

  #erased(user: number, ending: EndingDevices): Statement[] {
    return this.#deps.deviceErasers.flatMap((rows) => rows(user, ending));
  }

  #farewell(user: number, devices: readonly string[]): ReturnType<DeviceFarewell> {
    return this.#deps.deviceFarewell(this.#deps.database.reader, user, devices);
  }

  /** The devices that have to go, beside one that goes anyway, so that one more has room: those that were seen longest ago. */
  async #surplus(user: number, ending?: string): Promise<string[]> {
    const devices = (await readDevices(this.#deps.database.reader, user)).filter(({ device_id: id }) => id !== ending);
    const count = devices.length + 1 - devicesMax;
    if (count <= 0) return [];
    return devices
      .sort((a, b) => (a.last_seen_ts ?? a.created_ts) - (b.last_seen_ts ?? b.created_ts))
      .slice(0, count)
      .map((device) => device.device_id);
  }
}

function ends(deviceId: string, ending: EndingDevices): boolean {
  return 'these' in ending ? ending.these.includes(deviceId) : deviceId !== ending.allBut;
}

/** The answer to everything that somebody does with a locked account. */
export function accountLocked(): MatrixError {
  return new MatrixError('M_USER_LOCKED', undefined, { extra: { soft_logout: true } });
}

export function checkedDeviceId(deviceId: string): string {
  if (parseDeviceId(deviceId) === undefined) throw new MatrixError('M_INVALID_PARAM', 'A device_id must have 1 to 255 bytes.');
  return deviceId;
}

export function checkedDeviceName(name: string): string {
  if (name.includes('\0')) throw new MatrixError('M_INVALID_PARAM', 'The name of a device must not have the character U+0000.');
  if (name.length > deviceNameLengthMax)
    throw new MatrixError('M_INVALID_PARAM', `The name of a device may have at most ${deviceNameLengthMax} characters.`);
  return name;
}
