import type { StorageCounters } from './database.ts';

export function newCounters(): StorageCounters {
  return { statementsRead: 0, rowsRead: 0, statementsWritten: 0, rowsWritten: 0, groups: 0, writes: 0, splits: 0, stale: 0, commits: 0 };
}
