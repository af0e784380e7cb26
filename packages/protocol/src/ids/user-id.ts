import type { Branded } from './brand.ts';
import type { ServerName } from './server-name.ts';
import { splitSigilId } from './sigil-id.ts';

/** `@localpart:server`. May be a historical id, since events carry those; see `isCurrentLocalpart`. */
export type UserId = Branded<'UserId'>;

/**
 * `text` as a user id, with the lenient grammar that events must be read with: any characters but `:` and NUL in the
 * localpart, which may be empty (https://spec.matrix.org/v1.19/appendices/#historical-user-ids).
 */
export function parseUserId(text: unknown): UserId | undefined {
  return typeof text === 'string' && splitSigilId(text, '@') !== undefined ? (text as UserId) : undefined;
}

/** The grammar for ids of new users: `a-z`, `0-9` and `._=-/+`, not empty (https://spec.matrix.org/v1.19/appendices/#user-identifiers). */
export function isCurrentLocalpart(localpart: string): boolean {
  return /^[a-z0-9._=\-/+]+$/.test(localpart);
}

/**
 * True for ids that may be shown to clients outside of an event: a localpart of U+0021 to U+007E, not empty. All
 * others are non-compliant, and device lists and the like of such users are dropped.
 */
export function isCompliantUserId(userId: UserId): boolean {
  return /^[\x21-\x7e]+$/.test(localpartOf(userId));
}

/** The id of a new user, or undefined when the localpart or the length is not allowed for new users. */
export function newUserId(localpart: string, serverName: ServerName): UserId | undefined {
  return isCurrentLocalpart(localpart) ? parseUserId(`@${localpart}:${serverName}`) : undefined;
}

export function localpartOf(id: UserId): string {
  return id.slice(1, id.indexOf(':'));
}

/** The server that allocated the id. */
export function serverNameOf(id: UserId): ServerName {
  return id.slice(id.indexOf(':') + 1) as ServerName;
}

/**
 * The part after the first colon of any id, or undefined when it has none. For ids whose form depends on the room
 * version (room ids, event ids), and for user ids in already checked events.
 */
export function domainOf(id: string): string | undefined {
  const colon = id.indexOf(':');
  return colon < 0 ? undefined : id.slice(colon + 1);
}
