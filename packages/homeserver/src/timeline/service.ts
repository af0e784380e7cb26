import type { Generation, Requester } from '../http/route.ts';
import { messages, type MessagesAnswer, type MessagesQuery } from './paginate.ts';
import { type ReaderDeps, TimelineReader } from './read.ts';
import { type SendDeps, Sender } from './send.ts';

export type TimelineDeps = ReaderDeps & SendDeps;

/** What the timeline slice does, for its routes. */
export class TimelineService {
  readonly sender: Sender;
  readonly reader: TimelineReader;
  /** GET rooms/{roomId}/messages. */
  readonly messages: (requester: Requester, roomId: string, query: MessagesQuery, generation: Generation) => Promise<MessagesAnswer>;

  constructor(deps: TimelineDeps) {
    this.sender = new Sender(deps);
    this.reader = new TimelineReader(deps);
    this.messages = (requester, roomId, query, generation) => messages(deps, requester, roomId, query, generation);
  }
}
