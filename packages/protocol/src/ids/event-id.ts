import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { Branded } from './brand.ts';
import { isIdentifierText, splitSigilId } from './sigil-id.ts';

/** `$opaque:server` (room versions 1 and 2) or `$` and the event's reference hash. */
export type EventId = Branded<'EventId'>;

/**
 * `text` as an event id of whatever room version: `$`, something after it, 255 bytes
 * (https://spec.matrix.org/v1.19/appendices/#event-ids).
 */
export function parseEventId(text: unknown): EventId | undefined {
  if (typeof text !== 'string' || text.length < 2 || !text.startsWith('$')) return undefined;
  return isIdentifierText(text) ? (text as EventId) : undefined;
}

/** True when `id` has the form that events of this room version have. */
export function isEventIdOf(id: string, rules: RoomVersionRules): boolean {
  switch (rules.eventIdFormat) {
    case 'given':
      return (splitSigilId(id, '$')?.localpart ?? '') !== '';
    case 'hash-standard':
      return /^\$[A-Za-z0-9+/]{43}$/.test(id);
    case 'hash-urlsafe':
      return /^\$[A-Za-z0-9_-]{43}$/.test(id);
  }
}
