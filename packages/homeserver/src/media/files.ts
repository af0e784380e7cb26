import { createHash } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Clock, Random } from '@hearth/kit';
import { StorageUnavailable } from '@hearth/storage';

/** What an upload that never ended left behind is removed when it is so old: another process may be at the younger ones. */
const abandonedMs = 24 * 60 * 60_000;

export type StoredFile = { readonly hash: string; readonly bytes: number };

/**
 * The media directory. A file is named for the SHA-256 of its content, and for nothing that somebody else has said (ME-01); the same
 * content is there once. It appears under its name whole and safely on the disk, or not at all.
 */
export class MediaFiles {
  readonly #dir: string;
  readonly #random: Random;
  readonly #clock: Clock;

  constructor(dir: string, random: Random, clock: Clock) {
    this.#dir = dir;
    this.#random = random;
    this.#clock = clock;
  }

  /** Makes the directories, and removes what earlier lives have left half done. */
  async prepare(): Promise<void> {
    const incoming = join(this.#dir, 'incoming');
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    for (const name of await readdir(incoming)) {
      const { mtimeMs } = await stat(join(incoming, name)).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs < this.#clock.now() - abandonedMs) await rm(join(incoming, name), { force: true });
    }
  }

  /** Stores what comes. When it resolves, the file is on the disk for good. */
  async store(chunks: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    const draft = this.newDraft();
    try {
      const stored = await writeDraft(draft, chunks);
      await placed(draft, this.pathOf(stored.hash));
      return stored;
    } catch (error) {
      throw isOfDisk(error) ? new StorageUnavailable('the media directory cannot be written', { cause: error }) : error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** The file of a hash, open for reading; undefined where it is gone, or on the disk of another node. */
  open(hash: string): Promise<FileHandle | undefined> {
    return openIfThere(this.pathOf(hash));
  }

  pathOf(hash: string): string {
    return join(this.#dir, 'content', hash.slice(0, 2), hash.slice(2, 4), hash);
  }

  /** Where a thumbnail of a file is kept; all of one file are in one directory, so that they can go with it. */
  thumbnailPathOf(hash: string, name: string): string {
    return join(this.#dir, 'thumbnails', hash.slice(0, 2), hash.slice(2, 4), hash, name);
  }

  /** A name for a file that is being written. */
  newDraft(): string {
    return join(this.#dir, 'incoming', this.#random.token(96));
  }
}

/** Opens a file for reading; undefined when it is not there. */
export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Puts a thumbnail in its place. It may be lost with the power: then it is made again. */
export async function placeThumbnail(draft: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await rename(draft, target);
}

async function writeDraft(draft: string, chunks: AsyncIterable<Uint8Array>): Promise<StoredFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(draft, 'wx', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { hash: hash.digest('hex'), bytes };
}

async function placed(draft: string, target: string): Promise<void> {
  const made = await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    await link(draft, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // A name is on the disk when its directory is, and that when the one above is: two levels, their parent, and what holds all.
  let dir = dirname(target);
  await sync(dir);
  for (let level = 0; made !== undefined && level < 3; level += 1) {
    dir = dirname(dir);
    await sync(dir);
  }
}

async function sync(dir: string): Promise<void> {
  const handle = await open(dir);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isOfDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
}
