import type { SlidingDeps } from './deps.ts';
import type { Tags } from './own-labels.ts';
import type { ListFilters } from './request.ts';
import type { Facts } from './room-facts.ts';

type Candidate = { readonly room: number; readonly membership: string };
type Filter = (candidate: Candidate) => boolean | Promise<boolean>;

export type Reader = { readonly user: number; readonly direct: ReadonlySet<string>; readonly isJoined: (room: number) => boolean };

/** A list's filters as one function. What no filter asks about is not read; what costs least is looked at first. */
export async function compileFilters(deps: SlidingDeps, reader: Reader, wanted: ListFilters): Promise<Filter> {
  const isInvite = wanted.is_invite ?? wanted.is_invited;
  const ofTags = await tagFilter(deps, reader, wanted);
  const ofState = await stateFilter(deps, reader, wanted);
  return (candidate) => {
    if (isInvite !== undefined && (candidate.membership === 'invite') !== isInvite) return false;
    if (ofTags !== undefined && !ofTags(candidate.room)) return false;
    return ofState === undefined || ofState(candidate.room);
  };
}

async function tagFilter(
  deps: SlidingDeps,
  { user }: Reader,
  { tags, not_tags: notTags }: ListFilters,
): Promise<((room: number) => boolean) | undefined> {
  if (tags === undefined && notTags === undefined) return undefined;
  const all: Tags = await deps.labels.tags(user);
  return (room) => {
    const own = all.get(room);
    const hasAny = (names: readonly string[]): boolean => names.some((name) => own?.has(name) === true);
    return (tags === undefined || hasAny(tags)) && !hasAny(notTags ?? []);
  };
}

async function stateFilter(
  deps: SlidingDeps,
  reader: Reader,
  wanted: ListFilters,
): Promise<((room: number) => Promise<boolean>) | undefined> {
  const { is_dm: isDm, is_encrypted: isEncrypted, room_types: types, not_room_types: notTypes, room_name_like: nameLike } = wanted;
  const name = nameLike?.toLowerCase();
  const children = wanted.spaces && (await childrenOf(deps, reader, wanted.spaces));
  if ([isDm, isEncrypted, types, notTypes, name, children].every((each) => each === undefined)) return undefined;
  const fits = (roomId: string, facts: Facts): boolean =>
    (isDm === undefined || reader.direct.has(roomId) === isDm) &&
    (isEncrypted === undefined || facts.isEncrypted === isEncrypted) &&
    (types === undefined || types.includes(facts.type)) &&
    notTypes?.includes(facts.type) !== true &&
    (name === undefined || facts.name.toLowerCase().includes(name)) &&
    (children === undefined || children.has(roomId));
  return async (room) => {
    const facts = await deps.facts.of(room);
    return facts !== undefined && fits(facts.roomId, facts);
  };
}

/** Rooms directly in these spaces; spaces that the reader is not in count for nothing. */
async function childrenOf({ engine, facts }: SlidingDeps, { isJoined }: Reader, spaces: readonly string[]): Promise<ReadonlySet<string>> {
  const children = new Set<string>();
  for (const roomId of spaces) {
    const space = await engine.room(roomId);
    if (!space || !isJoined(space.number)) continue;
    for (const child of await facts.childrenOf(space.number)) children.add(child);
  }
  return children;
}
