import type { InteractiveAuth } from '../accounts/index.ts';
import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { ChangeIndex } from '../streams/change-index.ts';
import type { StreamTail } from '../streams/tail.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Clock } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** What the keys slice is handed by server.ts. */
export type KeysDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly domains: Domains;
  readonly changes: ChangeIndex;
  readonly userRooms: UserRooms;
  readonly tail: StreamTail;
  readonly uia: InteractiveAuth;
};
