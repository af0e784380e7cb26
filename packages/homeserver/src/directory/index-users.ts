import type { Follower } from '../streams/follower.ts';
import type { DirectoryDeps } from './deps.ts';
import { partsOf } from './parts.ts';
import { type IndexedRow, partDeletion, partInsertion, readFindable, readParts } from './store/users.ts';
import { type Statement, streamKinds } from '@hearth/storage';

/** Names the follower, its cursor and its lease: never change it. */
export const usersFollower = 'directory-users';

/** Puts what people are called into the index, and takes out who has gone. Without its cursor it builds the index anew. */
export function indexUsers({ database }: Pick<DirectoryDeps, 'database'>): Follower {
  return {
    name: usersFollower,
    kinds: new Set([streamKinds.profile, streamKinds.account]),
    follow: async (entries) => {
      const users = [...new Set(entries.map(({ subject }) => subject))];
      const findable = new Map((await readFindable(database.reader, users)).map((row) => [row.usr, row]));
      const statements: Statement[] = [];
      for (const [user, before] of await readParts(database.reader, users)) {
        const row = findable.get(user);
        const now = row === undefined ? none : partsOfUser(row);
        for (const part of before) if (!now.has(part)) statements.push(partDeletion(part, user));
        for (const part of now) if (!before.has(part)) statements.push(partInsertion(part, user));
      }
      return statements;
    },
  };
}

function partsOfUser({ user_id: userId, name }: IndexedRow): ReadonlySet<string> {
  return partsOf([localpartOf(userId), nameOf(name) ?? '']);
}

export function localpartOf(userId: string): string {
  return userId.slice(1, userId.indexOf(':'));
}

/** A display name as profiles store it: as JSON. */
export function nameOf(value: string | null): string | undefined {
  const name: unknown = value === null ? undefined : JSON.parse(value);
  return typeof name === 'string' ? name : undefined;
}

const none: ReadonlySet<string> = new Set();
