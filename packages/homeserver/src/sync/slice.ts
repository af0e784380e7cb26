import type { Slice } from '../slice.ts';
import { defineFilter, getFilter } from './client-api/filters.ts';
import { sync } from './client-api/sync.ts';
import type { SyncDeps } from './deps.ts';
import { Filters } from './filters.ts';
import { getEvents } from './legacy/client-api/events.ts';
import { initialSync, roomInitialSync } from './legacy/client-api/initial-sync.ts';
import { EventStream } from './legacy/event-stream.ts';
import { Snapshots } from './legacy/snapshot.ts';
import { SentMembers } from './sent-members.ts';
import { createSliding, type Sliding } from './sliding/create.ts';
import { Sync } from './sync.ts';
import { UnreadByRules } from './unread-by-rules.ts';

/**
 * What is new: /sync, the filters that it takes, and the streams that clients read before there was /sync. `sliding.consume` and
 * `unread.consume` must be given the stream.
 */
export function createSync(handed: Omit<SyncDeps, 'unread'>): Slice & {
  readonly service: Sync;
  readonly sliding: Sliding;
  readonly unread: UnreadByRules;
} {
  const unread = new UnreadByRules(handed);
  const deps: SyncDeps = { ...handed, unread };
  const filters = new Filters(deps.database);
  const service = new Sync(deps, filters, new SentMembers());
  const sliding = createSliding(deps);
  const snapshots = new Snapshots(deps);
  const routes = [
    sync(service),
    defineFilter(filters),
    getFilter(filters),
    getEvents(new EventStream(deps)),
    initialSync(snapshots),
    roomInitialSync(snapshots),
    ...sliding.routes,
  ];
  return { name: 'sync', routes, streams: [], jobs: [], projections: [], service, sliding, unread };
}
