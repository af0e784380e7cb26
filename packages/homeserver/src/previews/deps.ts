import type { RoomEngine } from '../engine/engine.ts';
import type { JsonValue } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** What the previews slice is handed by server.ts. */
export type PreviewsDeps = {
  readonly engine: RoomEngine;
  readonly database: Database;
  /** The room of an id or of an alias of this server. 404 for a free alias. */
  readonly roomIdOf: (roomIdOrAlias: string) => Promise<string>;
  /** Whether a user is in one of the rooms that the `allow` of a join rule names. */
  readonly isInOneOf: (allow: JsonValue | undefined, user: number) => Promise<boolean>;
};
