import type { Generation, Requester } from '../http/route.ts';
import { context, type ContextAnswer, type ContextQuery, eventsAround, type EventsAround } from './context.ts';
import { eventAtTime } from './event-at-time.ts';
import { messages, type MessagesAnswer, type MessagesQuery } from './paginate.ts';
import { type ReaderDeps, TimelineReader } from './read.ts';
import { relations, type RelationsAnswer, type RelationsQuery, type WantedRelations } from './relations.ts';
import { type SendDeps, Sender } from './send.ts';
import { threads, type ThreadsAnswer, type ThreadsQuery } from './threads.ts';
import { visibleEvent, type VisibleEvent } from './visible-event.ts';

export type TimelineDeps = ReaderDeps & SendDeps;

/** What the timeline slice does, for its routes. */
export class TimelineService {
  readonly sender: Sender;
  readonly reader: TimelineReader;
  readonly #deps: TimelineDeps;

  constructor(deps: TimelineDeps) {
    this.#deps = deps;
    this.sender = new Sender(deps);
    this.reader = new TimelineReader(deps);
  }

  messages(requester: Requester, roomId: string, query: MessagesQuery, generation: Generation): Promise<MessagesAnswer> {
    return messages(this.#deps, requester, roomId, query, generation);
  }

  context(
    requester: Requester,
    place: { readonly roomId: string; readonly eventId: string },
    query: ContextQuery,
    generation: Generation,
  ): Promise<ContextAnswer> {
    return context(this.#deps, requester, place, query, generation);
  }

  /** For other slices. */
  readonly around: EventsAround = (record, request) => eventsAround(this.#deps, record, request);

  /** For other slices: an event that the requester may see, or 404. */
  readonly visible = (requester: Requester, roomId: string, eventId: string): Promise<VisibleEvent> =>
    visibleEvent(this.#deps, requester, roomId, eventId);

  relations(requester: Requester, wanted: WantedRelations, query: RelationsQuery): Promise<RelationsAnswer> {
    return relations(this.#deps, requester, wanted, query);
  }

  threads(requester: Requester, roomId: string, query: ThreadsQuery): Promise<ThreadsAnswer> {
    return threads(this.#deps, requester, roomId, query);
  }

  eventAtTime(
    requester: Requester,
    roomId: string,
    query: { readonly ts: number; readonly dir: 'b' | 'f' },
  ): Promise<{ event_id: string; origin_server_ts: number }> {
    return eventAtTime(this.#deps, requester, roomId, query);
  }
}
