import type { Generation, PreparedJson, Requester, StreamedJson } from '../http/route.ts';
import { type SyncToken, writeSyncToken } from '../streams/tokens.ts';
import { AnswerDraft } from './answer.ts';
import type { SyncCall } from './call.ts';
import type { FollowedAs, SyncDeps } from './deps.ts';
import type { Filters } from './filters.ts';
import { longPoll } from './poll.ts';
import { presentSync } from './present.ts';
import { roomParts } from './rooms.ts';
import type { RoomPart } from './sections.ts';
import type { SentMembers } from './sent-members.ts';
import { nextToken, readSince } from './since.ts';
import { takeNews } from './window.ts';

export type SyncQuery = {
  readonly filter?: string | undefined;
  readonly since?: string | undefined;
  readonly full_state?: boolean | undefined;
  readonly set_presence?: Exclude<FollowedAs, 'as-before'> | undefined;
  readonly timeout?: number | undefined;
  readonly use_state_after?: boolean | undefined;
  readonly 'org.matrix.msc4222.use_state_after'?: boolean | undefined;
};

/** News are one text; what may be long, a first sync, is streamed room by room. */
export type SyncAnswer = PreparedJson | StreamedJson;

export type SyncRequest = {
  readonly requester: Requester;
  readonly query: SyncQuery;
  readonly generation: Generation;
  readonly signal: AbortSignal;
};

/** GET /sync: what is new since a token, waiting for it if there is nothing. */
export class Sync {
  readonly #deps: SyncDeps;
  readonly #filters: Filters;
  readonly #sentMembers: SentMembers;
  /** How many rooms' parts of answers were made: for tests of what an answer costs, and of how far it runs ahead of its reader. */
  roomsMade = 0;

  constructor(deps: SyncDeps, filters: Filters, sentMembers: SentMembers) {
    this.#deps = deps;
    this.#filters = filters;
    this.#sentMembers = sentMembers;
  }

  async sync({ requester, query, generation, signal }: SyncRequest): Promise<SyncAnswer> {
    const filter = await this.#filters.forSync(requester, query.filter, generation);
    const stateAfter = query.use_state_after ?? query['org.matrix.msc4222.use_state_after'] ?? false;
    const since = await readSince(this.#deps, query.since);
    if (since) for (const section of this.#deps.sections) await section.acknowledge?.(requester, since);
    let call: SyncCall = {
      requester,
      generation,
      filter,
      since,
      stateAfter,
      fullState: query.full_state ?? false,
    };
    const look = async (mustAnswer: boolean): Promise<SyncAnswer | undefined> => {
      const { answer, upTo } = await this.#look(call, mustAnswer);
      // What held nothing for this client need not be looked at again.
      call = { ...call, since: upTo };
      return answer;
    };
    const rest = this.#deps.follow(requester, query.set_presence ?? 'online');
    const presence = !filter.presence.matchesNothing;
    const poll = { user: requester.user, presence, timeoutMs: query.timeout ?? 0, signal, look };
    return longPoll(this.#deps, poll).finally(rest);
  }

  /** The answer, or undefined when there is nothing new and the client can wait; and how far was looked. */
  async #look(call: SyncCall, mustAnswer: boolean): Promise<{ readonly answer: SyncAnswer | undefined; readonly upTo: SyncToken }> {
    const deps = this.#deps;
    const { window, context } = await takeNews(deps, call);
    const draft = new AnswerDraft();
    if (context) {
      for (const section of deps.sections) await section.collect(context, draft);
      draft.applyFilter(call.filter);
    }
    const upTo = nextToken(deps, window, draft.toDeviceUpTo);
    const rooms = context ? this.#counted(roomParts(deps, call, context, draft, this.#sentMembers)) : [];
    const isLong = window.initial || call.fullState;
    // Whether there is anything to tell is known only when all rooms have been looked at.
    const parts = isLong ? rooms : await Array.fromAsync(rooms);
    const isQuiet = Array.isArray(parts) && parts.length === 0 && draft.empty;
    if (isQuiet && !mustAnswer) return { answer: undefined, upTo };
    for (const section of deps.sections) await section.always?.(call, draft);
    const jsonParts = presentSync(deps, writeSyncToken(upTo), draft, parts, call);
    const answer = isLong ? { jsonParts } : { preparedJson: Buffer.from((await Array.fromAsync(jsonParts)).join('')) };
    return { answer, upTo };
  }

  async *#counted(parts: AsyncIterable<RoomPart>): AsyncGenerator<RoomPart> {
    for await (const part of parts) {
      this.roomsMade += 1;
      yield part;
    }
  }
}
