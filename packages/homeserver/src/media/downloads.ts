import type { FileHandle } from 'node:fs/promises';

import { MatrixError } from '../http/errors.ts';
import { FileBody, Reply } from '../http/reply.ts';
import { partOf } from './byte-range.ts';
import { disposition, unknownType } from './content-type.ts';
import type { MediaDeps } from './deps.ts';
import { type MediaRow, readMedia } from './store.ts';
import type { Uploads } from './uploads.ts';
import { isMediaId, parseServerName } from '@hearth/protocol';

/** How long a download waits for its upload, where nobody says and at most. */
const waitMsDefault = 20_000;
const waitMsMax = 60_000;

/** Content that is there. */
export type Stored = {
  readonly mediaId: string;
  readonly hash: string;
  readonly bytes: number;
  readonly contentType: string;
  readonly fileName: string | undefined;
};

/** Who wants which media, and how long they wait for it. */
export type Wanted = {
  readonly serverName: string;
  readonly mediaId: string;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  /** Without a token, on a path of the time before media were authenticated. */
  readonly isStranger: boolean;
};

export type SendOptions = {
  readonly etag: string;
  readonly contentType: string;
  readonly fileName: string | undefined;
  readonly header: (name: string) => string | undefined;
};

export class Downloads {
  readonly #deps: MediaDeps;
  readonly #uploads: Uploads;

  constructor(deps: MediaDeps, uploads: Uploads) {
    this.#deps = deps;
    this.#uploads = uploads;
  }

  /** 404 M_NOT_FOUND; 504 M_NOT_YET_UPLOADED for an id without content, after a while. */
  async find({ serverName, mediaId, timeoutMs = waitMsDefault, signal, isStranger }: Wanted): Promise<Stored> {
    const { clock, settings } = this.#deps;
    if (!parseServerName(serverName) || !isMediaId(mediaId)) throw notFound();
    if (isStranger && settings.legacyUnauthenticated === 'off') throw notFound();
    const until = clock.monotonic() + Math.min(Math.max(timeoutMs, 0), waitMsMax);
    // Each turn lasts as long as `arrival` does, or is the last one.
    for (;;) {
      const row = await this.#row(serverName, mediaId);
      const stored = storedOf(row);
      if (stored) return stored;
      const left = until - clock.monotonic();
      if (left <= 0 || signal.aborted) throw new MatrixError('M_NOT_YET_UPLOADED');
      await this.#uploads.arrival(mediaId, left, signal);
    }
  }

  async download(wanted: Wanted, header: SendOptions['header'], fileName?: string): Promise<Reply> {
    const { hash, contentType, fileName: ownName } = await this.find(wanted);
    return sendFile(await this.open(hash), { etag: `"${hash}"`, contentType, fileName: fileName ?? ownName, header });
  }

  /** The content's file; 404 M_NOT_FOUND where somebody has lost it. */
  async open(hash: string): Promise<FileHandle> {
    const handle = await this.#deps.files.open(hash);
    if (!handle) throw notFound();
    return handle;
  }

  async #row(serverName: string, mediaId: string): Promise<MediaRow> {
    const { database, domains, clock } = this.#deps;
    const row = domains.isLocal(serverName) ? await readMedia(database.reader, mediaId) : undefined;
    if (!row || (row.hash === null && (row.expires_ts ?? 0) <= clock.now())) throw notFound();
    return row;
  }
}

function storedOf(row: MediaRow): Stored | undefined {
  if (row.hash === null) return undefined;
  return {
    mediaId: row.media_id,
    hash: row.hash,
    bytes: row.bytes ?? 0,
    contentType: row.content_type ?? unknownType,
    fileName: row.file_name ?? undefined,
  };
}

/** What goes with every content: it is not sniffed, runs nothing, and never changes (ME-02). */
const contentHeaders = {
  'content-security-policy':
    "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';",
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, max-age=31536000, immutable',
  'accept-ranges': 'bytes',
} as const;

/** An open file as an answer: all of it, the part that was asked for, or that the client has it already. */
export async function sendFile(handle: FileHandle, { etag, contentType, fileName, header }: SendOptions): Promise<Reply> {
  try {
    const { size } = await handle.stat();
    const headers = {
      ...contentHeaders,
      etag,
      'content-type': contentType,
      'content-disposition': disposition(contentType, fileName),
    };
    if (isKnown(header('if-none-match'), etag)) {
      await handle.close();
      return new Reply(304, new Uint8Array(), headers);
    }
    const condition = header('if-range');
    const part = condition === undefined || condition === etag ? partOf(header('range'), size) : undefined;
    if (part === undefined) return new Reply(200, new FileBody(handle, 0, size), headers);
    if (part === 'none') {
      await handle.close();
      return new Reply(416, new Uint8Array(), { ...contentHeaders, 'content-range': `bytes */${size}`, 'cache-control': 'no-store' });
    }
    const range = `bytes ${part.start}-${part.start + part.length - 1}/${size}`;
    return new Reply(206, new FileBody(handle, part.start, part.length), { ...headers, 'content-range': range });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function isKnown(header: string | undefined, etag: string): boolean {
  return header !== undefined && header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');
}

function notFound(): MatrixError {
  return new MatrixError('M_NOT_FOUND', 'There is no such content here.');
}
