import type { Slice } from '../slice.ts';
import { postSearch } from './client-api/search.ts';
import { indexEvents } from './index-events.ts';
import { IndexPages } from './index-pages.ts';
import { rewriteIndex } from './jobs/rewrite-index.ts';
import { Search, type SearchDeps } from './search.ts';

/** Finding what was said. */
/** `rewriteMs`: after how long the words of deleted events are gone from the index's file. */
export function createSearch(deps: SearchDeps & { readonly rewriteMs: number }): Slice {
  return {
    name: 'search',
    routes: [postSearch(new Search(deps))],
    streams: [],
    jobs: [rewriteIndex(new IndexPages(deps.database), deps.rewriteMs)],
    projections: [],
    followers: [indexEvents(deps.engine)],
  };
}
