import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { checkedName, checkedType } from './content-type.ts';
import type { MediaDeps } from './deps.ts';
import { mediaInsertion, pendingFilling, pendingInsertion, pendingMax, readMedia, readUsage, type Upload, usageAddition } from './store.ts';
import { isMediaId } from '@hearth/protocol';
import { type Statement, WriteRefused } from '@hearth/storage';

/** How long a media id waits for its content. */
const pendingMs = 24 * 60 * 60_000;
const pollMs = 2_000;
/** Bits of a media id: whoever has not been told it does not find it. */
const idBits = 192;

/** What is uploaded, and what its uploader says of it. */
export type Incoming = {
  readonly stream: (bytesMax: number) => AsyncIterable<Uint8Array>;
  readonly contentLength: string | undefined;
  readonly contentType: string | undefined;
  readonly fileName: string | undefined;
};

export class Uploads {
  readonly #deps: MediaDeps;
  /** Called when content has come for an id, by id. Those who wait bound it: a request each. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(deps: MediaDeps) {
    this.#deps = deps;
  }

  get bytesMax(): number {
    return this.#deps.settings.uploadBytesMax;
  }

  /** Stores content and gives its address. 403 M_FORBIDDEN beyond a quota, 413 M_TOO_LARGE. */
  async upload({ user, userId }: Requester, incoming: Incoming): Promise<string> {
    const { random, clock } = this.#deps;
    await this.#requireQuota(user, Number(incoming.contentLength ?? 0));
    const upload = await this.#take(incoming);
    const mediaId = random.token(idBits);
    await this.#commit(user, upload, mediaInsertion(mediaId, user, clock.now(), upload));
    return addressOf(userId, mediaId);
  }

  /** An address that will have content later. 429 M_LIMIT_EXCEEDED for who holds many such. */
  async create({ user, userId }: Requester): Promise<{ readonly content_uri: string; readonly unused_expires_at: number }> {
    const { database, random, clock } = this.#deps;
    const mediaId = random.token(idBits);
    const now = clock.now();
    try {
      await database.write({ claims: [], statements: pendingInsertion(mediaId, user, now, now + pendingMs), stream: [] });
    } catch (error) {
      if (!(error instanceof WriteRefused && error.why === 'guard')) throw error;
      throw new MatrixError('M_LIMIT_EXCEEDED', `You hold ${pendingMax} media ids without content: upload to these first.`);
    }
    return { content_uri: addressOf(userId, mediaId), unused_expires_at: now + pendingMs };
  }

  /** Stores content for an id that was given before: 404 for none, 403 for somebody else's, 409 where there is content. */
  async fill(requester: Requester, serverName: string, mediaId: string, incoming: Incoming): Promise<void> {
    await this.#requirePending(requester, serverName, mediaId);
    await this.#requireQuota(requester.user, Number(incoming.contentLength ?? 0));
    const upload = await this.#take(incoming);
    try {
      await this.#commit(requester.user, upload, pendingFilling(mediaId, requester.user, upload));
    } catch (error) {
      // Two uploads at once: which guard failed is seen in what is there now.
      await this.#requirePending(requester, serverName, mediaId);
      throw error;
    }
    for (const wake of this.#waiting.get(mediaId) ?? []) wake();
  }

  /** Resolves when content has come for this id, or after a while: other nodes are not heard. */
  async arrival(mediaId: string, msMax: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(mediaId) ?? new Set();
    this.#waiting.set(mediaId, waiting.add(resolve));
    const timer = this.#deps.clock.setTimer(Math.min(msMax, pollMs), resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    timer.cancel();
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(mediaId);
  }

  async #take({ stream, contentType, fileName }: Incoming): Promise<Upload> {
    const { hash, bytes } = await this.#deps.files.store(stream(this.bytesMax));
    return { hash, bytes, contentType: checkedType(contentType), fileName: checkedName(fileName) };
  }

  async #commit(user: number, { bytes }: Upload, statement: Statement): Promise<void> {
    const { database, settings } = this.#deps;
    const usage = [usageAddition(user, bytes, settings.userQuotaBytes), usageAddition(0, bytes, settings.totalQuotaBytes)];
    try {
      await database.write({ claims: [], statements: [statement, ...usage], stream: [] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') throw overQuota();
      throw error;
    }
  }

  async #requireQuota(user: number, bytes: number): Promise<void> {
    const { database, settings } = this.#deps;
    const [own, all] = await Promise.all([readUsage(database.reader, user), readUsage(database.reader, 0)]);
    if (own.bytes + bytes > settings.userQuotaBytes || all.bytes + bytes > settings.totalQuotaBytes) throw overQuota();
  }

  async #requirePending({ user }: Requester, serverName: string, mediaId: string): Promise<void> {
    const { database, domains, clock } = this.#deps;
    const row = domains.isLocal(serverName) && isMediaId(mediaId) ? await readMedia(database.reader, mediaId) : undefined;
    if (!row || (row.hash === null && (row.expires_ts ?? 0) <= clock.now())) {
      throw new MatrixError('M_NOT_FOUND', 'This media id was not created here, or has expired.');
    }
    if (row.owner !== user) throw new MatrixError('M_FORBIDDEN', 'This media id was created by somebody else.');
    if (row.hash !== null) throw new MatrixError('M_CANNOT_OVERWRITE_MEDIA');
  }
}

function addressOf(userId: string, mediaId: string): string {
  return `mxc://${userId.slice(userId.indexOf(':') + 1)}/${mediaId}`;
}

function overQuota(): MatrixError {
  return new MatrixError('M_FORBIDDEN', 'There is no room for this upload: you, or this server, have reached the quota for media.');
}
