import type { Slice } from '../slice.ts';
import { postSearch } from './client-api/search.ts';
import { indexEvents } from './index-events.ts';
import { Search, type SearchDeps } from './search.ts';

/** Finding what was said. */
export function createSearch(deps: SearchDeps): Slice {
  return {
    name: 'search',
    routes: [postSearch(new Search(deps))],
    streams: [],
    jobs: [],
    projections: [],
    followers: [indexEvents(deps.engine)],
  };
}
