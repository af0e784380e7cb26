import { type Field, fields, roomTerm, termOf, wordsOf } from './words.ts';

/** Different words of a search that count. */
const wordsMax = 20;

/** What is looked for: words, all of which an event must hold, in one of some fields. */
export type Wanted = { readonly words: readonly string[]; readonly fields: readonly Field[] };

const fieldsByKey: Readonly<Record<string, Field>> = { 'content.body': 'body', 'content.name': 'name', 'content.topic': 'topic' };

/** Reads a search term; `keys` are those of the request, all of them when absent. */
export function wantedOf(term: string, keys: readonly string[] | undefined): Wanted {
  const words = [...new Set(wordsOf(term))].slice(0, wordsMax);
  const wanted = keys?.map((key) => fieldsByKey[key]).filter((field) => field !== undefined);
  return { words, fields: wanted ?? (Object.keys(fields) as Field[]) };
}

/** The condition for the index; undefined when nothing can be found. */
export function conditionOf({ words, fields: wanted }: Wanted, rooms: readonly number[]): string | undefined {
  if (words.length === 0 || wanted.length === 0 || rooms.length === 0) return undefined;
  const oneOf = (terms: readonly string[]): string => `(${terms.join(' OR ')})`;
  return [oneOf(rooms.map(roomTerm)), ...words.map((word) => oneOf(wanted.map((field) => termOf(field, word))))].join(' AND ');
}

/** How well a text fits: how much of it are the words that were looked for, with less and less weight for repetitions. */
export function rankOf(text: string, words: ReadonlySet<string>): number {
  const counts = new Map<string, number>();
  let length = 0;
  for (const word of wordsOf(text)) {
    length += 1;
    if (words.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  let weight = 0;
  for (const count of counts.values()) weight += 1 + Math.log(count);
  return length === 0 ? 0 : weight / Math.sqrt(length);
}
