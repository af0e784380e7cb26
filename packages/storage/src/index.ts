export type { Database, StorageCounters } from './database.ts';
export { claimLease, type Lease, leaseGuard, releaseLease, renewLease } from './leases.ts';
export { SchemaMismatch } from './migrations/plan.ts';
export { openDatabase } from './open.ts';
export type { StorageClock, StorageLog, StorageOptions, StorageRandom } from './ports.ts';
export type { Param, Query, Reader } from './query.ts';
export { command, point, scan } from './query.ts';
export { DatabaseInUse } from './sqlite/process-lock.ts';
export { streamKinds } from './stream-kinds.ts';
export type {
  Committed,
  CommandStatement,
  Insert,
  InsertColumn,
  RoomClaim,
  RowStatement,
  Statement,
  StreamEntry,
  StreamRow,
  Write,
} from './write.ts';
export { emptyWrite, StorageUnavailable, together, WriteRefused } from './write.ts';
