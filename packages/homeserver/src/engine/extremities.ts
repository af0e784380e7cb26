import type { EventRecord } from './event-record.ts';
import type { Extremity } from './room-head.ts';
import type { Soon } from './soon.ts';
import type { PduEvent } from '@hearth/protocol';

/** Events that were not accepted and are walked through to find what an event follows. What lies beyond stays an end of the room. */
const walkMax = 500;

type Finder = { readonly eventsById: (eventIds: readonly string[]) => Promise<(EventRecord | undefined)[]> };

/**
 * The ends of the room that stay ends beside a new accepted event: those that it does not follow. It follows its `prev_events`, and
 * through those of them that are soft-failed or rejected, which are no ends themselves, what these follow.
 */
export function extremitiesBeside(event: PduEvent, extremities: readonly Extremity[], finder: Finder): Soon<Extremity[]> {
  const beside = extremities.filter(({ eventId }) => !event.prevEvents.includes(eventId));
  return beside.length === 0 ? beside : walkBack(event, extremities, beside, finder);
}

async function walkBack(event: PduEvent, extremities: readonly Extremity[], notNamed: Extremity[], finder: Finder): Promise<Extremity[]> {
  const followed = new Set(event.prevEvents);
  let beside = notNamed;
  const isEnd = new Set(extremities.map(({ eventId }) => eventId));
  let open = event.prevEvents.filter((eventId) => !isEnd.has(eventId));
  for (let walked = 0; beside.length > 0 && open.length > 0 && walked < walkMax;) {
    const [batch, rest] = [open.slice(0, prevEventsMax), open.slice(prevEventsMax)];
    walked += batch.length;
    const notAccepted = (await finder.eventsById(batch)).filter((record) => record && record.verdict !== 'accepted');
    const behind = notAccepted.flatMap((record) => record?.event.prevEvents ?? []).filter((eventId) => !followed.has(eventId));
    for (const eventId of behind) followed.add(eventId);
    beside = beside.filter(({ eventId }) => !followed.has(eventId));
    open = [...rest, ...new Set(behind)];
  }
  return beside;
}

/** What one event may cite, and what one look-up by id may name. */
const prevEventsMax = 20;
