import type { Projection } from './engine/projection.ts';
import type { Route } from './http/route.ts';
import type { JobHandler } from './jobs/job.ts';
import type { Follower } from './streams/follower.ts';
import type { SlidingExtension, SyncSection } from './streams/stream.ts';

/** A slice's manifest: what `createX(deps)` in its slice.ts hands to server.ts. */
export type Slice = {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly streams: readonly SyncSection[];
  readonly jobs: readonly JobHandler[];
  readonly projections: readonly Projection[];
  /** Readers of the stream that nobody waits for; absent in most slices. */
  readonly followers?: readonly Follower[];
  /** What the slice tells in sliding sync and not in /sync. */
  readonly extensions?: readonly SlidingExtension[];
};
