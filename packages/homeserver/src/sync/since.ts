import { MatrixError } from '../http/errors.ts';
import type { SyncWindow } from '../streams/stream.ts';
import { parseToken, shortIncarnation, type SyncToken } from '../streams/tokens.ts';
import type { SyncDeps } from './deps.ts';

type TokenDeps = Pick<SyncDeps, 'database' | 'tail' | 'ephemeral'>;

/** Reads `since`. Undefined for a first sync, also for a token of another life of the database. */
export async function readSince(deps: TokenDeps, text: string | undefined): Promise<SyncToken | undefined> {
  if (text === undefined || text === '') return undefined;
  const token = parseToken(text);
  if (token?.kind !== 'sync')
    throw new MatrixError('M_UNKNOWN', 'The token in since is not one of this server. Start with a first sync, without since.');
  return reachable(deps, token);
}

/**
 * A token as far as this node can go on from it. Another node may be ahead of this one: that is waited for. A position that
 * nobody has reached is not (MD-24); it is taken as now, so that nothing from now on is skipped.
 */
export async function reachable(deps: TokenDeps, token: SyncToken): Promise<SyncToken | undefined> {
  const { database, tail } = deps;
  if (token.incarnation !== shortIncarnation(database.incarnation)) return undefined;
  if (token.position > tail.position && token.position <= (await database.head())) await tail.reached(token.position);
  const position = Math.min(token.position, tail.position);
  return { ...token, position, toDevice: Math.min(token.toDevice, position) };
}

/** The token with which a client goes on after an answer. */
export function nextToken({ database, ephemeral }: TokenDeps, window: SyncWindow, toDeviceUpTo = window.upTo): SyncToken {
  return {
    kind: 'sync',
    incarnation: shortIncarnation(database.incarnation),
    position: window.upTo,
    epoch: ephemeral.epoch,
    ephemeral: window.ephemeralUpTo,
    toDevice: toDeviceUpTo,
  };
}
