import type { Database } from './database.ts';
import { command, point } from './query.ts';
import { type CommandStatement, type Statement, WriteRefused } from './write.ts';

/** The right to do some named work alone. The epoch grows with each new holder, so that a late write of an old one is refused. */
export type Lease = { readonly name: string; readonly holder: string; readonly epoch: number };

const claim = command(
  'lease-claim',
  `INSERT INTO leases (name, holder, epoch, expires_ts) VALUES ($1, $2, 1, $3)
   ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = leases.epoch + 1, expires_ts = excluded.expires_ts
   WHERE leases.expires_ts <= $4`,
);
const renew = command('lease-renew', 'UPDATE leases SET expires_ts = $4 WHERE name = $1 AND holder = $2 AND epoch = $3');
// The row stays, so that epochs are never used twice.
const release = command('lease-release', 'UPDATE leases SET expires_ts = 0 WHERE name = $1 AND holder = $2 AND epoch = $3');
const touch = command('lease-guard', 'UPDATE leases SET epoch = epoch WHERE name = $1 AND holder = $2 AND epoch = $3');
const current = point<{ holder: string; epoch: number }>('lease-current', 'SELECT holder, epoch FROM leases WHERE name = $1');

/**
 * Takes a lease until `nowTs + ttlMs` unless somebody has it; then undefined. `holder` names one life of one node, and not the
 * node: after a restart it is another.
 */
export async function claimLease(
  database: Database,
  { name, holder, nowTs, ttlMs }: { name: string; holder: string; nowTs: number; ttlMs: number },
): Promise<Lease | undefined> {
  if (!(await tryWrite(database, { run: claim, params: [name, holder, nowTs + ttlMs, nowTs], mustChange: 1 }))) return undefined;
  const row = await database.reader.first(current, [name]);
  // Between the two it may have expired and gone to somebody else.
  return row?.holder === holder ? { name, holder, epoch: row.epoch } : undefined;
}

/** Keeps a lease until `expiresTs`. False when it went to somebody else meanwhile. */
export async function renewLease(database: Database, lease: Lease, expiresTs: number): Promise<boolean> {
  return tryWrite(database, { run: renew, params: [...key(lease), expiresTs], mustChange: 1 });
}

/** Lets others have it at once. Nothing happens when it is no longer ours. */
export async function releaseLease(database: Database, lease: Lease): Promise<void> {
  await database.write({ claims: [], statements: [{ run: release, params: key(lease) }], stream: [] });
}

/** For a write that only the holder may make: it is refused with `WriteRefused('guard')` once somebody else took the lease. */
export function leaseGuard(lease: Lease): Statement {
  return { run: touch, params: key(lease), mustChange: 1 };
}

function key({ name, holder, epoch }: Lease): [string, string, number] {
  return [name, holder, epoch];
}

async function tryWrite(database: Database, statement: CommandStatement): Promise<boolean> {
  try {
    await database.write({ claims: [], statements: [statement], stream: [] });
    return true;
  } catch (error) {
    if (error instanceof WriteRefused && error.why === 'guard') return false;
    throw error;
  }
}
