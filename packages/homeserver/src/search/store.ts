import { command, type Reader, scan, type Statement } from '@hearth/storage';

const insertWords = command('search-insert', 'INSERT INTO search ({search-key}, words) VALUES ($1, {search-words $2})');
const deleteWords = command('search-delete', 'DELETE FROM search WHERE {search-key} = $1');
const newestFound = scan<{ event: number }>(
  'search-newest',
  'SELECT {search-key} AS event FROM search WHERE {search-matches $1} AND {search-key} < $2 ORDER BY {search-key} DESC LIMIT $3',
);
const countFound = scan<{ found: number }>(
  'search-count',
  'SELECT COUNT(*) AS found FROM (SELECT {search-key} FROM search WHERE {search-matches $1} LIMIT $2) AS few',
);

/** Makes an event findable by its terms, which stand between spaces. It must not be there yet. */
export function wordsAdded(event: number, terms: string): Statement {
  return { run: insertWords, params: [event, terms] };
}

export function wordsRemoved(event: number): Statement {
  return { run: deleteWords, params: [event] };
}

/** Numbers of events below `before` that the condition finds, newest first. */
export async function readFound(reader: Reader, condition: string, before: number, limit: number): Promise<number[]> {
  return (await reader.all(newestFound, [condition, before, limit])).map((row) => row.event);
}

/** How many the condition finds; it is not counted beyond `max`. */
export async function countMatches(reader: Reader, condition: string, max: number): Promise<number> {
  return (await reader.first(countFound, [condition, max]))?.found ?? 0;
}
