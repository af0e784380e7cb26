import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { unavailable } from '../http/translate-error.ts';
import { jobRow } from '../jobs/enqueue.ts';
import {
  authDataChange,
  backupDeletion,
  backupInsertion,
  type BackupRow,
  readBackup,
  readNewestBackup,
  readNewestNumber,
  readWasBackup,
} from './store.ts';
import type { Clock } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';
import { type Database, WriteRefused } from '@hearth/storage';

/** Backups that an account can make in its life. */
const versionsMax = 10_000;
const algorithmBytesMax = 255;
const authDataBytesMax = 65_536;
/** How often a number that another request took is taken anew. */
const attemptsMax = 20;

/** Removes the keys of a deleted backup behind the scenes. */
export const purgeJob = 'key-backup-purge';

export type BackupInfo = { readonly algorithm: string; readonly auth_data: JsonObject };
/** A backup as its user sees it. */
export type ShownBackup = BackupInfo & { readonly version: string; readonly etag: string; readonly count: number };

export type VersionsDeps = { readonly database: Database; readonly clock: Clock; readonly pokeJobs: () => void };

/** The backups of an account: each new one takes the place of those before (https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups). */
export class BackupVersions {
  readonly #deps: VersionsDeps;

  constructor(deps: VersionsDeps) {
    this.#deps = deps;
  }

  /** POST room_keys/version: its number. */
  async create({ user }: Requester, { algorithm, auth_data: authData }: BackupInfo): Promise<string> {
    const { database } = this.#deps;
    const text = checkedAuthData(authData);
    if (algorithm === '' || Buffer.byteLength(algorithm) > algorithmBytesMax)
      throw new MatrixError('M_INVALID_PARAM', `The name of an algorithm has 1 to ${algorithmBytesMax} bytes.`);
    for (let attempt = 1; ; attempt += 1) {
      const version = (await readNewestNumber(database.reader, user)) + 1;
      if (version > versionsMax) throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `An account makes at most ${versionsMax} backups.`);
      try {
        await database.write({ claims: [], statements: [backupInsertion(user, version, algorithm, text)], stream: [] });
        return String(version);
      } catch (error) {
        if (!(error instanceof WriteRefused && error.why === 'duplicate')) throw error;
        if (attempt === attemptsMax) throw unavailable('Too many backups are being made at once.');
      }
    }
  }

  /** GET room_keys/version/{version}, and the newest without one. */
  async show({ user }: Requester, version?: string): Promise<ShownBackup> {
    const { reader } = this.#deps.database;
    const row = version === undefined ? await readNewestBackup(reader, user) : await readBackup(reader, user, versionNumber(version));
    if (!row) throw noSuchBackup();
    const { algorithm, auth_data: authData, etag, count } = row;
    return { algorithm, auth_data: JSON.parse(authData) as JsonObject, version: String(row.version), etag: String(etag), count };
  }

  /** PUT room_keys/version/{version}: other authentication data for the same keys. */
  async update({ user }: Requester, version: string, info: BackupInfo, versionInBody: string | undefined): Promise<void> {
    const { database } = this.#deps;
    if (versionInBody !== undefined && versionInBody !== version)
      throw new MatrixError('M_INVALID_PARAM', 'The version in the body is not the one in the path.');
    const text = checkedAuthData(info.auth_data);
    const row = await readBackup(database.reader, user, versionNumber(version));
    if (!row) throw noSuchBackup();
    if (row.algorithm !== info.algorithm)
      throw new MatrixError('M_INVALID_PARAM', `This backup’s algorithm is ${row.algorithm}, which cannot be changed.`);
    try {
      await database.write({ claims: [], statements: [authDataChange(user, row.version, info.algorithm, text)], stream: [] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') throw noSuchBackup();
      throw error;
    }
  }

  /** DELETE room_keys/version/{version}. Again is no mistake. */
  async delete({ user }: Requester, version: string): Promise<void> {
    const { database, clock, pokeJobs } = this.#deps;
    const number = versionNumber(version);
    if (!(await readWasBackup(database.reader, user, number))) throw noSuchBackup();
    if (!(await readBackup(database.reader, user, number))) return;
    const job = await jobRow(database, purgeJob, { user, version: number }, clock.now());
    await database.write({ claims: [], statements: [backupDeletion(user, number), job], stream: [] });
    pokeJobs();
  }

  /** The backup that a request about keys names. 404 M_NOT_FOUND when there is none. */
  async named({ user }: Pick<Requester, 'user'>, version: string): Promise<BackupRow> {
    const row = await readBackup(this.#deps.database.reader, user, versionNumber(version));
    if (!row) throw noSuchBackup();
    return row;
  }

  /** The same for a request that brings keys: only the newest takes them. 403 M_WRONG_ROOM_KEYS_VERSION names that one. */
  async current(requester: Requester, version: string): Promise<BackupRow> {
    const named = await this.named(requester, version);
    const newest = await readNewestBackup(this.#deps.database.reader, requester.user);
    if (newest && newest.version !== named.version) {
      const extra = { current_version: String(newest.version) };
      throw new MatrixError('M_WRONG_ROOM_KEYS_VERSION', `The newest backup is ${newest.version}; only it takes keys.`, { extra });
    }
    return named;
  }
}

/** 0, which no backup has, for what is no number of ours. */
function versionNumber(version: string): number {
  return /^[1-9]\d{0,9}$/.test(version) ? Number(version) : 0;
}

function checkedAuthData(authData: JsonObject): string {
  const text = JSON.stringify(authData);
  if (Buffer.byteLength(text) > authDataBytesMax) throw new MatrixError('M_TOO_LARGE', `auth_data has at most ${authDataBytesMax} bytes.`);
  return text;
}

function noSuchBackup(): MatrixError {
  return new MatrixError('M_NOT_FOUND', 'You have no such backup of keys.');
}
