import type { Slice } from '../slice.ts';
import { defineFilter, getFilter } from './client-api/filters.ts';
import { sync } from './client-api/sync.ts';
import type { SyncDeps } from './deps.ts';
import { Filters } from './filters.ts';
import { SentMembers } from './sent-members.ts';
import { Sync } from './sync.ts';

/** What is new: /sync and the filters that it takes. */
export function createSync(deps: SyncDeps): Slice & { readonly service: Sync } {
  const filters = new Filters(deps.database);
  const service = new Sync(deps, filters, new SentMembers());
  return { name: 'sync', routes: [sync(service), defineFilter(filters), getFilter(filters)], streams: [], jobs: [], projections: [], service };
}
