import { type Field, roomTerm, termOf, wordsOf } from './words.ts';
import { ownString, type PduEvent } from '@hearth/protocol';

/** Different words of one event that are indexed; what comes after them in a long text is not found. */
const termsMax = 4_000;

/** Which text of which events can be found (https://spec.matrix.org/v1.19/client-server-api/#search-categories). */
const texts: Readonly<Record<string, Field>> = { 'm.room.message': 'body', 'm.room.name': 'name', 'm.room.topic': 'topic' };

/** The text of an event that can be found, and which field of the content it is; undefined for other events. */
export function findableText({ type, content }: PduEvent): { readonly field: Field; readonly text: string } | undefined {
  const field = Object.hasOwn(texts, type) ? texts[type] : undefined;
  const text = field && ownString(content, field);
  return field === undefined || text === undefined || text === '' ? undefined : { field, text };
}

/** The terms under which an event is indexed, between spaces; undefined when there is nothing to find in it. */
export function termsOfEvent(event: PduEvent, room: number): string | undefined {
  const findable = findableText(event);
  if (findable === undefined) return undefined;
  const terms = new Set<string>();
  for (const word of wordsOf(findable.text)) {
    terms.add(termOf(findable.field, word));
    if (terms.size >= termsMax) break;
  }
  return terms.size === 0 ? undefined : [roomTerm(room), ...terms].join(' ');
}
