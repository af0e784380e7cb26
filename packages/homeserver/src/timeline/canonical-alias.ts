import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { type AccessDeps, requireJoined } from './room-access.ts';
import { type JsonObject, type JsonValue, parseRoomAlias } from '@hearth/protocol';

export type AliasDeps = AccessDeps & {
  /** Throws a MatrixError for an alias that leads nowhere. */
  readonly resolveAlias: (alias: string) => Promise<{ readonly roomId: string }>;
};

/** Aliases that one event may add: each is looked up. */
const newAliasesMax = 100;

/**
 * A room is not called by an alias that leads elsewhere: those that a client newly puts into m.room.canonical_alias must be the
 * room's (https://spec.matrix.org/v1.19/client-server-api/#mroomcanonical_alias). 400 M_INVALID_PARAM for what is no alias, 400
 * M_BAD_ALIAS for one that does not lead to the room.
 */
export async function checkCanonicalAlias(deps: AliasDeps, requester: Requester, roomId: string, content: JsonObject): Promise<void> {
  const room = await requireJoined(deps, roomId, requester);
  const before = await deps.engine.currentState(room).get('m.room.canonical_alias', '');
  const known = new Set(before ? aliasesIn(before.event.content) : []);
  const added = new Set(aliasesIn(content).filter((alias) => !known.has(alias)));
  if (added.size > newAliasesMax) throw new MatrixError('M_INVALID_PARAM', `At most ${newAliasesMax} aliases can be added at once.`);
  for (const alias of added) {
    const parsed = parseRoomAlias(alias);
    if (!parsed) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(alias)} is not a room alias.`);
    if ((await roomOf(deps, parsed)) !== roomId) throw new MatrixError('M_BAD_ALIAS', `The alias ${parsed} does not lead to this room.`);
  }
}

/** Whatever stands where the event's type has aliases; an absent, empty or null `alias` says that there is none. */
function aliasesIn({ alias, alt_aliases: others }: JsonObject): readonly JsonValue[] {
  const main = alias === undefined || alias === null || alias === '' ? [] : [alias];
  return others === undefined ? main : [...main, ...(Array.isArray(others) ? others : [others])];
}

async function roomOf({ resolveAlias }: AliasDeps, alias: string): Promise<string | undefined> {
  try {
    return (await resolveAlias(alias)).roomId;
  } catch (error) {
    if (error instanceof MatrixError && error.errcode === 'M_NOT_FOUND') return undefined;
    throw error;
  }
}
