import { matching } from '../client-events/matches.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { gapAfter, gapBefore, type TimelineToken } from '../streams/tokens.ts';
import type { ReaderDeps } from './read.ts';
import type { EventMatcher } from '@hearth/protocol';

/** Events looked at for one answer: those that the reader may not see, or that the filter drops, count too. */
const scannedMax = 2_000;

export type Page = {
  /** Places of events of one room from a gap on, in the page's direction. */
  readonly read: (from: TimelineToken, size: number) => Promise<readonly { readonly depth: number; readonly number: number }[]>;
  readonly from: TimelineToken;
  readonly to: TimelineToken | undefined;
  readonly dir: 'b' | 'f';
  readonly limit: number;
  /** Absent: all of them. */
  readonly matcher?: EventMatcher;
  readonly userId: string;
  readonly membership: string;
};

/** `end` is where to go on, if there is more; `place` how far the reading came, whether there is or not. */
export type PageRead = {
  readonly records: readonly EventRecord[];
  readonly end: TimelineToken | undefined;
  readonly place: TimelineToken;
};

/** What a reader may see and wants of a room's events from a place on. */
export async function readPage(deps: Pick<ReaderDeps, 'database' | 'engine' | 'visibility'>, page: Page): Promise<PageRead> {
  const records: EventRecord[] = [];
  let place = page.from;
  for (let scanned = 0; records.length < page.limit && scanned < scannedMax;) {
    const size = Math.min(Math.max(page.limit, 20), scannedMax - scanned);
    const rows = await page.read(place, size);
    scanned += rows.length;
    const found = (await deps.engine.events(rows.map((row) => row.number))).filter((record) => record !== undefined);
    const visible = await deps.visibility.filter(found, page.userId, page.membership);
    const wanted = page.matcher === undefined ? visible : await matching(deps, page.matcher, visible, page);
    const shown = new Map(wanted.map((record) => [record.number, record]));
    for (const record of found) {
      const at = { depth: record.event.depth, number: record.number };
      if (page.to && isBeyond(at, page.to, page.dir)) return { records, end: undefined, place };
      place = page.dir === 'b' ? gapBefore(at) : gapAfter(at);
      const one = shown.get(record.number);
      if (one) records.push(one);
      if (records.length >= page.limit) return { records, end: place, place };
    }
    if (rows.length < size) return { records, end: undefined, place };
  }
  // Nothing to show in all that was looked at, but there is more (MD-12).
  return { records, end: place, place };
}

function isBeyond(at: { depth: number; number: number }, to: TimelineToken, dir: 'b' | 'f'): boolean {
  const after = at.depth > to.depth || (at.depth === to.depth && at.number > to.number);
  return dir === 'b' ? !after : after;
}
