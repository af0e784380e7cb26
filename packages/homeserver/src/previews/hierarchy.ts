import { LRUCache } from 'lru-cache';

import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { PreviewsDeps } from './deps.ts';
import { mayLook } from './may-look.ts';
import { previewOf } from './preview.ts';
import { type Walk, walkFrom, walkOn, type WalkOptions } from './walk.ts';
import type { JsonObject } from '@hearth/protocol';

/** Rooms of one answer. */
const limitUsual = 50;
const limitMax = 100;
const depthMax = 100;
/** Room ids that walks between two pages hold, all together: some 30 MB. */
const remembered = 200_000;
/** Rooms that a walk which is not remembered any more, or was on another node, goes over once more. */
const againMax = 2_000;

export type HierarchyQuery = {
  readonly suggested_only?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly max_depth?: number | undefined;
  readonly from?: string | undefined;
};
export type HierarchyAnswer = { readonly rooms: readonly JsonObject[]; readonly next_batch?: string };

type From = { readonly looked: number; readonly options: WalkOptions };

/** GET rooms/{roomId}/hierarchy: the rooms of a space and of the spaces in it, as far as the requester may look at them. */
export class Hierarchy {
  readonly #deps: PreviewsDeps;
  readonly #walks = new LRUCache<string, Walk>({
    maxSize: remembered,
    sizeCalculation: ({ seen, ahead }) => 1 + seen.size + ahead.length,
  });

  constructor(deps: PreviewsDeps) {
    this.#deps = deps;
  }

  async page(requester: Requester, roomId: string, query: HierarchyQuery): Promise<HierarchyAnswer> {
    await this.#requireRoot(requester, roomId);
    const from = query.from === undefined ? undefined : parseFrom(query.from);
    const options = optionsOf(query, from);
    const limit = Math.min(query.limit ?? limitUsual, limitMax);
    const before = await this.#walk(requester, roomId, from, options);
    const { rooms, walk } = await walkOn(this.#deps, requester, before, options, limit);
    if (walk.ahead.length === 0) return { rooms };
    const next = writeFrom({ looked: walk.seen.size, options });
    this.#walks.set(keyOf(requester, roomId, next), walk);
    return { rooms, next_batch: next };
  }

  /** 403 in the same words for a room that there is not. */
  async #requireRoot(requester: Requester, roomId: string): Promise<void> {
    const room = await this.#deps.engine.room(roomId);
    const allowed = room && (await mayLook(this.#deps, await previewOf(this.#deps.engine, room), requester)).allowed;
    if (allowed !== true) throw new MatrixError('M_FORBIDDEN', 'You may not look at this room, or it does not exist.');
  }

  async #walk(requester: Requester, roomId: string, from: From | undefined, options: WalkOptions): Promise<Walk> {
    if (!from) return walkFrom(roomId);
    const known = this.#walks.get(keyOf(requester, roomId, writeFrom(from)));
    if (known) return known;
    if (from.looked > againMax) throw unknownToken();
    let walk = walkFrom(roomId);
    // Each round looks at a room at least, or ends.
    while (walk.seen.size < from.looked && walk.ahead.length > 0) {
      ({ walk } = await walkOn(this.#deps, requester, walk, options, Math.min(limitMax, from.looked - walk.seen.size)));
    }
    return walk;
  }
}

/** What a walk began with it goes on with. */
function optionsOf(query: HierarchyQuery, from: From | undefined): WalkOptions {
  const asked = { maxDepth: Math.min(query.max_depth ?? depthMax, depthMax), suggestedOnly: query.suggested_only ?? false };
  if (!from) return asked;
  if (asked.maxDepth !== from.options.maxDepth || asked.suggestedOnly !== from.options.suggestedOnly) {
    throw new MatrixError('M_INVALID_PARAM', 'suggested_only and max_depth must be the same for all pages.');
  }
  return from.options;
}

function keyOf({ user }: Requester, roomId: string, token: string): string {
  return `${user} ${roomId} ${token}`;
}

function writeFrom({ looked, options }: From): string {
  return `h${looked}.${options.maxDepth}.${options.suggestedOnly ? 1 : 0}`;
}

function parseFrom(token: string): From {
  const [, looked, maxDepth, suggested] = /^h(\d{1,6})\.(\d{1,3})\.([01])$/.exec(token) ?? [];
  if (looked === undefined) throw unknownToken();
  return { looked: Number(looked), options: { maxDepth: Number(maxDepth), suggestedOnly: suggested === '1' } };
}

function unknownToken(): MatrixError {
  return new MatrixError('M_INVALID_PARAM', 'The token in from is not known. Begin again without it.');
}
