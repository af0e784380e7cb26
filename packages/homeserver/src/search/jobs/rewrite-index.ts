import type { JobHandler } from '../../jobs/job.ts';
import { recurringNumbers } from '../../jobs/recurring-numbers.ts';
import type { IndexPages } from '../index-pages.ts';

/** Pages (4 KB) of one write: a few milliseconds of the writer's time. */
const pagesAtOnce = 100;
/** Writes of one run; the rest is left to the next. */
const writesAtOnce = 100;

/**
 * The index is told that an event is gone, and forgets its words only when it rewrites the pages that they are on. Of its own accord it
 * may never do that, so here it is made to, in rounds: what was redacted or purged is then nowhere in the file (EA-10).
 */
export function rewriteIndex(index: IndexPages, everyMs: number): JobHandler {
  return {
    kind: 'search-rewrite-index',
    recurring: recurringNumbers.rewriteIndex,
    run: async ({ left }, signal) => {
      const begins = typeof left !== 'number';
      // Somewhat more than there are: what comes in meanwhile is merged too.
      let pages = begins ? 2 * (await index.count()) : left;
      for (let writes = 0; pages > 0 && writes < writesAtOnce && !signal.aborted; writes += 1) {
        await index.rewrite(pagesAtOnce, begins && writes === 0);
        pages -= pagesAtOnce;
      }
      return pages > 0 ? { next: { left: pages }, afterMs: 0 } : { next: {}, afterMs: everyMs };
    },
  };
}
