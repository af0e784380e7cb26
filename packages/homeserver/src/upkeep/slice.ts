import type { Slice } from '../slice.ts';
import { trimStream } from './jobs/trim-stream.ts';
import { trimTransactions } from './jobs/trim-transactions.ts';
import { Upkeep } from './service.ts';
import type { Clock } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** What keeps tables from growing for ever that belong to no other slice. */
export function createUpkeep({ database, clock }: { readonly database: Database; readonly clock: Clock }): Slice {
  const upkeep = new Upkeep(database);
  return { name: 'upkeep', routes: [], streams: [], jobs: [trimTransactions(upkeep, clock), trimStream(upkeep)], projections: [] };
}
