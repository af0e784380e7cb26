import { command, type Reader, scan, type Statement } from '@hearth/storage';

const insertWords = command('search-insert', 'INSERT INTO search ({search-key}, words) VALUES ($1, {search-words $2})');
const deleteWords = command('search-delete', 'DELETE FROM search WHERE {search-key} = $1');
const newestFound = scan<{ event: number }>(
  'search-newest',
  'SELECT {search-key} AS event FROM search WHERE {search-matches $1} AND {search-key} < $2 ORDER BY {search-key} DESC LIMIT $3',
);

const mergePages = command('search-merge', '{search-merge $1}');
const countPages = scan<{ pages: number }>('search-pages', '{search-pages}');

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

/** Pages of the index that hold words, those of deleted events too; 0 where the database tidies up by itself. */
export async function countIndexPages(reader: Reader): Promise<number> {
  return (await reader.first(countPages, []))?.pages ?? 0;
}

/** Rewrites so many pages without the words of deleted events; `begin` says that all pages there are now are to be rewritten. */
export function pagesRewritten(pages: number, begin: boolean): Statement {
  return { run: mergePages, params: [begin ? -pages : pages] };
}
