import { type FileHandle, rm } from 'node:fs/promises';

import { LRUCache } from 'lru-cache';

import { MatrixError } from '../http/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { MediaDeps } from './deps.ts';
import { type Downloads, sendFile, type SendOptions, type Stored, type Wanted } from './downloads.ts';
import { openIfThere, placeThumbnail } from './files.ts';
import { headBytes, type ImageHead, imageHead } from './image-head.ts';
import { type Preset, presetFor } from './presets.ts';
import { pixelsMax } from './thumbnail-order.ts';

/** Greatest file of which a thumbnail is made, and of one that moves: all of its frames are decoded. */
const sourceBytesMax = 50 * 1024 * 1024;
const movingBytesMax = 10 * 1024 * 1024;

/** Pictures that are remembered because they could not be decoded. */
const brokenMax = 10_000;

export type ThumbnailRequest = Wanted & Preset & { readonly animated: boolean; readonly header: SendOptions['header'] };
type Variant = { readonly path: string; readonly preset: Preset; readonly animated: boolean; readonly format: 'png' | 'jpeg' | 'webp' };

/** Small copies of pictures, made when they are first wanted. */
export class Thumbnails {
  readonly #deps: MediaDeps;
  readonly #downloads: Downloads;
  /** Those that are being made, by their path: a request each bounds it. */
  readonly #making = new Map<string, Promise<boolean>>();

  /** Paths of those that could not be made: a picture that costs much and gives nothing is tried once. */
  readonly #broken = new LRUCache<string, true>({ max: brokenMax });

  constructor(deps: MediaDeps, downloads: Downloads) {
    this.#deps = deps;
    this.#downloads = downloads;
  }

  /** 400 M_UNKNOWN for what no thumbnail can be made of, 413 M_TOO_LARGE for what is too large. */
  async thumbnail(request: ThumbnailRequest): Promise<Reply> {
    const stored = await this.#downloads.find(request);
    const variant = this.#variant(request, stored, await this.#head(stored));
    const handle = (await openIfThere(variant.path)) ?? (await this.#make(variant, stored));
    if (!handle) throw impossible();
    const name = variant.path.slice(variant.path.lastIndexOf('/') + 1);
    const etag = `"${stored.hash}-${name}"`;
    const contentType = `image/${variant.format}`;
    return sendFile(handle, { etag, contentType, fileName: `thumbnail.${variant.format}`, header: request.header });
  }

  #variant(request: ThumbnailRequest, { hash, bytes }: Stored, { kind }: ImageHead): Variant {
    const preset = presetFor(request);
    const animated = request.animated && (kind === 'gif' || kind === 'webp') && bytes <= movingBytesMax;
    const format = animated ? 'webp' : kind === 'gif' ? 'png' : kind;
    const name = `${preset.method}-${preset.width}x${preset.height}${animated ? '-animated' : ''}.${format}`;
    return { path: this.#deps.files.thumbnailPathOf(hash, name), preset, animated, format };
  }

  /** What the content is, by its own first bytes; refuses what is no picture, or too large, before anything decodes it (ME-03). */
  async #head({ hash, bytes }: Stored): Promise<ImageHead> {
    const handle = await this.#downloads.open(hash);
    const buffer = Buffer.alloc(Math.min(headBytes, bytes));
    try {
      await handle.read(buffer, 0, buffer.length, 0);
    } finally {
      await handle.close();
    }
    const head = imageHead(buffer);
    if (!head) throw impossible();
    if (bytes > sourceBytesMax || head.width * head.height > pixelsMax) {
      throw new MatrixError('M_TOO_LARGE', 'This picture is too large for a thumbnail.');
    }
    return head;
  }

  async #make(variant: Variant, { hash }: Stored): Promise<FileHandle | undefined> {
    if (this.#broken.has(variant.path)) return undefined;
    const underWay = this.#making.get(variant.path);
    const making = underWay ?? this.#order(variant, hash);
    if (underWay === undefined) this.#making.set(variant.path, making);
    try {
      return (await making) ? await openIfThere(variant.path) : undefined;
    } finally {
      this.#making.delete(variant.path);
    }
  }

  async #order({ path, preset, animated, format }: Variant, hash: string): Promise<boolean> {
    const { files, thumbnailer } = this.#deps;
    const target = files.newDraft();
    try {
      const made = await thumbnailer.make({ source: files.pathOf(hash), target, preset, animated, format });
      if (made) await placeThumbnail(target, path);
      else this.#broken.set(path, true);
      return made;
    } finally {
      await rm(target, { force: true });
    }
  }
}

function impossible(): MatrixError {
  return new MatrixError('M_UNKNOWN', 'No thumbnail can be made of this content.');
}
