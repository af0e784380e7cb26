import { MatrixError } from '../http/errors.ts';
import { gapAfter, parseToken, type TimelineToken } from '../streams/tokens.ts';
import type { AccessDeps } from './room-access.ts';
import { readBackwards, readLastEventAt } from './store.ts';

/** The places after everything and before it. */
const endOfRoom = { kind: 'timeline', depth: Number.MAX_SAFE_INTEGER, number: Number.MAX_SAFE_INTEGER } as const;
const startOfRoom = { kind: 'timeline', depth: 0, number: 0 } as const;

/** `START` and `END` are the words of 2015 for both ends. Without a token: from the end that the direction leads away from. */
export async function placeOf(deps: AccessDeps, room: number, text: string | undefined, dir: 'b' | 'f'): Promise<TimelineToken> {
  if (text === 'END' || (text === undefined && dir === 'b')) return newestPlace(deps, room);
  if (text === undefined) return startOfRoom;
  if (text === 'START') return startOfRoom;
  const token = parseToken(text);
  if (!token) throw new MatrixError('M_BAD_PAGINATION', 'The pagination token is not valid.');
  if (token.kind === 'timeline') return token;
  const number = await readLastEventAt(deps.database.reader, room, token.position);
  const record = number === undefined ? undefined : await deps.engine.event(number);
  return record ? gapAfter({ depth: record.event.depth, number: record.number }) : startOfRoom;
}

/** The place after everything that is there now: what comes later is after it. */
async function newestPlace({ database }: AccessDeps, room: number): Promise<TimelineToken> {
  const [newest] = await readBackwards(database.reader, room, endOfRoom, 1);
  return newest === undefined ? startOfRoom : gapAfter(newest);
}
