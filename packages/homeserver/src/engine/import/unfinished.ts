import type { DraftDeps } from '../draft-deps.ts';
import { importBegun, importForgotten, importGivenUp, partRemoval, readAbandoned, readImport } from './store.ts';
import { reject, type Reject } from '@hearth/protocol';
import { type Statement, WriteRefused } from '@hearth/storage';

/** An import of which nothing was stored for so long was left by whoever did it: between two parts there are milliseconds. */
export const silentMsMax = 60_000;
/** Rows that one write removes, and imports that one run looks at. */
const rowsAtOnce = 500;
const importsAtOnce = 20;

type Deps = Pick<DraftDeps, 'database' | 'clock'>;

/**
 * Notes on disk that a room is about to be taken in, under this number. What a crash left of it before goes first: it may be of another
 * state than the one that is told now.
 */
export async function beginImport(deps: Deps, room: number, roomId: string): Promise<Reject | undefined> {
  const { database, clock } = deps;
  const other = await readImport(database.reader, roomId);
  const isAlive = other?.removing === 0 && other.touched_ts >= clock.now() - silentMsMax;
  if (isAlive) return underWay();
  if (other) await removeImport(deps, other.room);
  try {
    await write(deps, [importBegun(room, roomId, clock.now())]);
  } catch (error) {
    if (error instanceof WriteRefused && error.why === 'duplicate') return underWay();
    throw error;
  }
  return undefined;
}

function underWay(): Reject {
  return reject('import.under_way', 'the room is being taken in right now');
}

/** Takes away all that there is of an import that was not finished, in small parts. It may be called again, and by several at once. */
export async function removeImport(deps: Deps, room: number): Promise<void> {
  try {
    await write(deps, [importGivenUp(room)]);
  } catch (error) {
    // It is finished, or somebody else has removed it.
    if (error instanceof WriteRefused && error.why === 'guard') return;
    throw error;
  }
  // Bound: each write removes rows, and no more come.
  for (;;) {
    const statements = await partRemoval(deps.database.reader, room, rowsAtOnce);
    if (statements.length === 0) break;
    await write(deps, statements);
  }
  await write(deps, [importForgotten(room)]);
}

/** Removes what crashes have left; answers of how many imports. */
export async function removeAbandoned(deps: Deps): Promise<number> {
  const rooms = await readAbandoned(deps.database.reader, deps.clock.now() - silentMsMax, importsAtOnce);
  for (const room of rooms) await removeImport(deps, room);
  return rooms.length;
}

function write({ database }: Deps, statements: readonly Statement[]): Promise<unknown> {
  return database.write({ claims: [], statements, stream: [] });
}
