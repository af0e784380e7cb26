import { foldWord } from '../fold-word.ts';
import type { Requester } from '../http/route.ts';
import type { DirectoryDeps } from './deps.ts';
import { roomsFollower } from './index-rooms.ts';
import { localpartOf, nameOf, usersFollower } from './index-users.ts';
import { wantedParts, wordsOfName } from './parts.ts';
import { type FoundRow, readCandidates, readShown } from './store/users.ts';

/** People whom one answer names, at most and where nobody says how many. */
const resultsMax = 50;
const resultsDefault = 10;

export type FoundUser = { readonly user_id: string; readonly display_name?: string; readonly avatar_url?: string };

/** Finds other people by any part of their names, among those of whom the searcher may know. */
export class UserSearch {
  readonly #deps: DirectoryDeps;

  constructor(deps: DirectoryDeps) {
    this.#deps = deps;
  }

  async find(requester: Requester, term: string, limit = resultsDefault): Promise<{ results: readonly FoundUser[]; limited: boolean }> {
    const { database, catchUp, settings } = this.#deps;
    const words = wantedParts(withoutServer(term));
    // Who is in an open room follows from what the other one has seen.
    await Promise.all([catchUp(usersFollower), catchUp(roomsFollower)]);
    const candidates = (await readCandidates(database.reader, words, requester.user)).filter((user) => user !== requester.user);
    const rows =
      candidates.length === 0 ? [] : await readShown(database.reader, candidates, requester.user, settings.users === 'everybody');
    const ranked = rows
      .map((row) => ({ row, rank: rankOf(row, term, words) }))
      .sort((a, b) => b.rank - a.rank || (a.row.user_id < b.row.user_id ? -1 : 1));
    const count = Math.min(limit, resultsMax);
    return { results: ranked.slice(0, count).map(({ row }) => found(row)), limited: ranked.length > count };
  }
}

/** `@alice:example.org` and `@alice:exam` look for `alice`: an index of one server need not have its name. */
function withoutServer(term: string): string {
  const trimmed = term.trim();
  return trimmed.startsWith('@') ? (trimmed.split(':', 1)[0] ?? '') : trimmed;
}

/** Whose whole name it is comes first, then who has it as a word, then as the beginning of one. */
function rankOf({ user_id: userId, name }: FoundRow, term: string, words: readonly string[]): number {
  const display = nameOf(name) ?? '';
  const wanted = foldWord(term.trim().normalize('NFKC'));
  if ([userId, localpartOf(userId), display].some((text) => foldWord(text.normalize('NFKC')) === wanted)) return Infinity;
  const own = [...wordsOfName(display), ...wordsOfName(localpartOf(userId))];
  let rank = 0;
  for (const word of words) rank += own.includes(word) ? 3 : own.some((each) => each.startsWith(word)) ? 2 : 1;
  return rank;
}

function found({ user_id, name, avatar }: FoundRow): FoundUser {
  const displayName = nameOf(name);
  const avatarUrl = nameOf(avatar);
  return {
    user_id,
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
  };
}
