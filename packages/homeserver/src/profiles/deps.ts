import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Clock } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** What the profiles slice is handed by server.ts. */
export type ProfilesDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly domains: Domains;
  readonly userRooms: UserRooms;
  /** Says that a job was added (`JobRunner.poke`). */
  readonly pokeJobs: () => void;
};
