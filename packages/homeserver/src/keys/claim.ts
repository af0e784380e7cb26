import { MatrixError } from '../http/errors.ts';
import { ClaimQueue } from './claim-queue.ts';
import type { KeysDeps } from './deps.ts';
import { fallbackKeyUse, keyCountsChanged, readFallbackKeys } from './store.ts';
import { usersByServer } from './users-by-server.ts';
import { emptyJsonObject, type JsonObject, jsonObject, type JsonValue } from '@hearth/protocol';

/** Devices of one request. */
const devicesMax = 5_000;
/** Devices that are looked at side by side: as many as one group of writes can hold. */
const sideBySideMax = 100;

/** Which algorithm of which device of whom. */
export type KeyClaim = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** POST keys/claim: a one-time key of each device that is asked for, or else its fallback key. */
export class KeyClaims {
  readonly #deps: Pick<KeysDeps, 'database' | 'domains' | 'engine'>;
  readonly #queue: ClaimQueue;

  constructor(deps: Pick<KeysDeps, 'database' | 'domains' | 'engine'>) {
    this.#deps = deps;
    this.#queue = new ClaimQueue(deps.database);
  }

  async claim(asked: KeyClaim): Promise<JsonObject> {
    const { local, failures } = usersByServer(Object.keys(asked), this.#deps.domains);
    const wanted = local.flatMap((userId) =>
      Object.entries(asked[userId] ?? {}).map(([deviceId, algorithm]) => ({ userId, deviceId, algorithm })),
    );
    if (wanted.length > devicesMax) throw new MatrixError('M_TOO_LARGE', `Keys of at most ${devicesMax} devices can be claimed at once.`);
    const claimed = emptyJsonObject();
    for (let start = 0; start < wanted.length; start += sideBySideMax) {
      const some = wanted.slice(start, start + sideBySideMax);
      const keys = await Promise.all(some.map((one) => this.#claimOne(one.userId, one.deviceId, one.algorithm)));
      for (const [index, { userId, deviceId }] of some.entries()) {
        const key = keys[index];
        if (key === undefined) continue;
        const ofUser = (claimed[userId] ??= emptyJsonObject()) as { [device: string]: JsonValue };
        ofUser[deviceId] = key;
      }
    }
    return { one_time_keys: claimed, failures };
  }

  async #claimOne(userId: string, deviceId: string, algorithm: string): Promise<JsonObject | undefined> {
    const user = await this.#deps.engine.findUser(userId);
    if (user === undefined) return undefined;
    const claimed = await this.#queue.claim({ user, deviceId, algorithm });
    const { keyId, key } = claimed ?? (await this.#fallback(user, deviceId, algorithm)) ?? {};
    return key === undefined ? undefined : jsonObject({ [`${algorithm}:${keyId}`]: JSON.parse(key) as JsonValue });
  }

  /** The fallback key may be given out again and again; its device is told that it should be replaced. */
  async #fallback(user: number, deviceId: string, algorithm: string): Promise<{ keyId: string; key: string } | undefined> {
    const { database } = this.#deps;
    const found = (await readFallbackKeys(database.reader, user, deviceId)).find((row) => row.algorithm === algorithm);
    if (!found) return undefined;
    const { key_id: keyId, key, used } = found;
    if (used === 0) {
      const statements = [fallbackKeyUse(user, deviceId, algorithm, keyId)];
      await database.write({ claims: [], statements, stream: [keyCountsChanged(user, deviceId)] });
    }
    return { keyId, key };
  }
}
