import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { Clock } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** What the directory slice is handed by server.ts. */
export type DirectoryDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly domains: Domains;
  /** Resolves when this node's caches know all that is committed (StreamTail.caughtUp). */
  readonly caughtUp: () => Promise<void>;
  /** Lets a follower of this slice go on until it has seen everything, as far as it may on this node. */
  readonly catchUp: (follower: string) => Promise<void>;
  readonly settings: {
    /** Whether strangers may read the list of public rooms. */
    readonly publicDirectory: boolean;
    /** Whom a search for people finds. */
    readonly users: 'known' | 'everybody';
  };
};
