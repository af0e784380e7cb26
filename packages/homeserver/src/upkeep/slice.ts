import type { RoomEngine } from '../engine/engine.ts';
import type { Slice } from '../slice.ts';
import { removeImports } from './jobs/remove-imports.ts';
import { trimStream } from './jobs/trim-stream.ts';
import { trimTransactions } from './jobs/trim-transactions.ts';
import { Upkeep } from './service.ts';
import type { Clock } from '@hearth/kit';
import type { Database } from '@hearth/storage';

export type UpkeepDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly engine: Pick<RoomEngine, 'removeUnfinishedImports'>;
};

/** What keeps tables from growing for ever that belong to no other slice. */
export function createUpkeep({ database, clock, engine }: UpkeepDeps): Slice {
  const upkeep = new Upkeep(database);
  return {
    name: 'upkeep',
    routes: [],
    streams: [],
    jobs: [trimTransactions(upkeep, clock), trimStream(upkeep), removeImports(engine)],
    projections: [],
  };
}
