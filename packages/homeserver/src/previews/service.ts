import type { Requester } from '../http/route.ts';
import type { PreviewsDeps } from './deps.ts';
import { Hierarchy } from './hierarchy.ts';
import { roomSummary } from './room-summary.ts';
import type { JsonObject } from '@hearth/protocol';

/** What people are shown of rooms that they are not in. */
export class PreviewsService {
  readonly hierarchy: Hierarchy;
  readonly #deps: PreviewsDeps;

  constructor(deps: PreviewsDeps) {
    this.#deps = deps;
    this.hierarchy = new Hierarchy(deps);
  }

  summary(requester: Requester | undefined, roomIdOrAlias: string): Promise<JsonObject> {
    return roomSummary(this.#deps, requester, roomIdOrAlias);
  }
}
