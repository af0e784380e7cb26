import type { Branded } from './brand.ts';
import type { ServerName } from './server-name.ts';
import { splitSigilId } from './sigil-id.ts';

/** `!opaque:server` (room versions 1 to 11) or `!` and the hash of the create event (from 12). */
export type RoomId = Branded<'RoomId'>;
/** `#localpart:server`. */
export type RoomAlias = Branded<'RoomAlias'>;

/** A SHA-256 in URL-safe unpadded base64. */
const hashForm = /^![A-Za-z0-9_-]{43}$/;

/** `text` as a room id of either form (https://spec.matrix.org/v1.19/appendices/#room-ids). */
export function parseRoomId(text: unknown): RoomId | undefined {
  if (typeof text !== 'string') return undefined;
  return hashForm.test(text) || hasOpaquePart(text, '!') ? (text as RoomId) : undefined;
}

/** `text` as a room id that is the hash of a create event. */
export function parseHashRoomId(text: unknown): RoomId | undefined {
  return typeof text === 'string' && hashForm.test(text) ? (text as RoomId) : undefined;
}

/** `text` as a room id with a domain. */
export function parseDomainRoomId(text: unknown): RoomId | undefined {
  return typeof text === 'string' && hasOpaquePart(text, '!') ? (text as RoomId) : undefined;
}

/** `text` as a room alias (https://spec.matrix.org/v1.19/appendices/#room-aliases). */
export function parseRoomAlias(text: unknown): RoomAlias | undefined {
  return typeof text === 'string' && hasOpaquePart(text, '#') ? (text as RoomAlias) : undefined;
}

/** The server that answers for the alias. */
export function serverNameOfAlias(alias: RoomAlias): ServerName {
  return alias.slice(alias.indexOf(':') + 1) as ServerName;
}

function hasOpaquePart(text: string, sigil: string): boolean {
  const parts = splitSigilId(text, sigil);
  return parts !== undefined && parts.localpart !== '';
}
