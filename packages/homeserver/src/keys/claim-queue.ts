import { MatrixError } from '../http/errors.ts';
import { keyCountsChanged, oneTimeKeyClaim, readNextOneTimeKeys } from './store.ts';
import { type Database, WriteRefused } from '@hearth/storage';

/** Keys that are given out in one write. */
const batchMax = 100;
/** How often another process may be faster before the client is asked to come again. */
const attemptsMax = 20;

export type ClaimedKey = { readonly keyId: string; readonly key: string };
export type KeySource = { readonly user: number; readonly deviceId: string; readonly algorithm: string };

type Waiting = { readonly resolve: (key: ClaimedKey | undefined) => void; readonly reject: (error: unknown) => void };

/**
 * Gives out one-time keys, each once and the oldest first. Claims of one device that come together are served by one read and one
 * write; each row of that write names the key as unclaimed, so that a key which another process gave out refuses it.
 */
export class ClaimQueue {
  readonly #database: Database;
  /** Who waits, by device and algorithm; there while somebody serves them. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Undefined when the device has none left. A key that is answered is on disk as given out. */
  claim(source: KeySource): Promise<ClaimedKey | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<ClaimedKey | undefined>();
    const place = `${source.user} ${source.algorithm} ${source.deviceId}`;
    const queue = this.#waiting.get(place);
    if (queue) queue.push({ resolve, reject });
    else {
      this.#waiting.set(place, [{ resolve, reject }]);
      void this.#serve(place, source);
    }
    return promise;
  }

  async #serve(place: string, source: KeySource): Promise<void> {
    const queue = this.#waiting.get(place) ?? [];
    while (queue.length > 0) {
      const served = queue.splice(0, batchMax);
      try {
        const keys = await this.#take(source, served.length);
        for (const [index, waiting] of served.entries()) waiting.resolve(keys[index]);
      } catch (error) {
        for (const waiting of served) waiting.reject(error);
      }
    }
    this.#waiting.delete(place);
  }

  async #take({ user, deviceId, algorithm }: KeySource, count: number): Promise<ClaimedKey[]> {
    const { reader } = this.#database;
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const keys = await readNextOneTimeKeys(reader, user, deviceId, algorithm, count);
      if (keys.length === 0) return [];
      const statements = keys.map(({ key_id: keyId }) => oneTimeKeyClaim(user, deviceId, algorithm, keyId));
      try {
        await this.#database.write({ claims: [], statements, stream: [keyCountsChanged(user, deviceId)] });
        return keys.map(({ key_id: keyId, key }) => ({ keyId, key }));
      } catch (error) {
        if (!(error instanceof WriteRefused && error.why === 'guard')) throw error;
      }
    }
    throw new MatrixError('M_UNAVAILABLE', 'Too many want keys of this device at once.', { extra: { retry_after_ms: 1000 } });
  }
}
