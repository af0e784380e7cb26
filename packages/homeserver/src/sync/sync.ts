import type { CompiledSyncFilter } from '@hearth/protocol';
import { MatrixError } from '../http/errors.ts';
import type { Generation, PreparedJson, Requester } from '../http/route.ts';
import type { SyncContext, SyncWindow } from '../streams/stream.ts';
import { parseToken, shortIncarnation, type SyncToken, writeSyncToken } from '../streams/tokens.ts';
import { AnswerDraft } from './answer.ts';
import type { SyncDeps } from './deps.ts';
import type { Filters } from './filters.ts';
import { collectRooms, type RoomSections, roomsEmpty } from './rooms.ts';
import { presentSync } from './present.ts';
import type { SentMembers } from './sent-members.ts';
import { readMembershipChanges } from './store.ts';

/** Longest that a request is held. Clients ask for 30 seconds; proxies cut at a minute or more. */
const timeoutMsMax = 120_000;

export type SyncQuery = {
  readonly filter?: string | undefined;
  readonly since?: string | undefined;
  readonly full_state?: boolean | undefined;
  readonly timeout?: number | undefined;
  readonly use_state_after?: boolean | undefined;
  readonly 'org.matrix.msc4222.use_state_after'?: boolean | undefined;
};

export type SyncRequest = {
  readonly requester: Requester;
  readonly query: SyncQuery;
  readonly generation: Generation;
  readonly signal: AbortSignal;
};

/** One request, resolved. */
export type SyncCall = SyncRequest & {
  readonly filter: CompiledSyncFilter;
  readonly since: SyncToken | undefined;
  readonly stateAfter: boolean;
  readonly fullState: boolean;
};

/** GET /sync: what is new since a token, waiting for it if there is nothing. */
export class Sync {
  readonly #deps: SyncDeps;
  readonly #filters: Filters;
  readonly #sentMembers: SentMembers;

  constructor(deps: SyncDeps, filters: Filters, sentMembers: SentMembers) {
    this.#deps = deps;
    this.#filters = filters;
    this.#sentMembers = sentMembers;
  }

  async sync(request: SyncRequest): Promise<PreparedJson> {
    const call = await this.#resolve(request);
    const waiting = this.#waiting(call);
    try {
      for (;;) {
        // Register first, then look: an event in between wakes the waiter that is already there.
        await this.#deps.userRooms.of(call.requester.user);
        const woken = this.#deps.notifier.wait(call.requester.user, waiting.signal);
        const answer = await this.#collect(call, waiting.signal.aborted);
        if (answer) return answer;
        await woken;
      }
    } finally {
      waiting.stop();
    }
  }

  /** A signal that ends when the client has waited long enough, is gone, or the server stops. */
  #waiting(call: SyncCall): { readonly signal: AbortSignal; readonly stop: () => void } {
    const controller = new AbortController();
    const stop = (): void => {
      timer.cancel();
      call.signal.removeEventListener('abort', stop);
      controller.abort();
    };
    const ms = Math.min(call.query.timeout ?? 0, timeoutMsMax);
    const timer = this.#deps.clock.setTimer(ms, stop);
    call.signal.addEventListener('abort', stop, { once: true });
    if (ms <= 0 || call.signal.aborted) stop();
    return { signal: controller.signal, stop };
  }

  async #resolve(request: SyncRequest): Promise<SyncCall> {
    const { query, requester, generation } = request;
    const filter = await this.#filters.forSync(requester, query.filter, generation);
    const stateAfter = query.use_state_after ?? query['org.matrix.msc4222.use_state_after'] ?? false;
    const since = await this.#sinceToken(query.since);
    return { ...request, filter, since, stateAfter, fullState: query.full_state ?? false };
  }

  /** Undefined for a first sync, also for a token of another life of the database. */
  async #sinceToken(text: string | undefined): Promise<SyncToken | undefined> {
    if (text === undefined || text === '') return undefined;
    const token = parseToken(text);
    if (token?.kind !== 'sync') throw new MatrixError('M_UNKNOWN', 'The token in since is not one of this server. Start with a first sync, without since.');
    if (token.incarnation !== shortIncarnation(this.#deps.database.incarnation)) return undefined;
    // Another node may be ahead of this one; a position that nobody has reached is not waited for (MD-24).
    if (token.position > this.#deps.tail.position && token.position <= (await this.#deps.database.head())) {
      await this.#deps.tail.reached(token.position);
    }
    return { ...token, position: Math.min(token.position, this.#deps.tail.position) };
  }

  /** The answer, or undefined when there is nothing new and the client can wait. */
  async #collect(call: SyncCall, mustAnswer: boolean): Promise<PreparedJson | undefined> {
    const window = this.#window(call);
    const nothing = !window.initial && !call.fullState && (await this.#nothingNew(call, window));
    if (nothing && !mustAnswer) return undefined;
    const context = nothing ? undefined : await this.#context(call, window);
    const draft = new AnswerDraft();
    if (context) for (const section of this.#deps.sections) await section.collect(context, draft);
    const rooms = context ? await collectRooms(this.#deps, call, context, draft, this.#sentMembers) : emptyRooms;
    if (!mustAnswer && !window.initial && !call.fullState && isEmpty(draft) && roomsEmpty(rooms)) return undefined;
    return presentSync(this.#deps, this.#token(window), draft, rooms, call);
  }

  #window({ since }: SyncCall): SyncWindow {
    const { ephemeral, tail } = this.#deps;
    return {
      since: since?.position ?? 0,
      upTo: tail.position,
      initial: since === undefined,
      ephemeralSince: since?.epoch === ephemeral.epoch ? since.ephemeral : 0,
      ephemeralUpTo: ephemeral.position,
    };
  }

  /** Answered from memory for every token that is not very old: no statement, whatever the number of rooms. */
  async #nothingNew({ requester }: SyncCall, window: SyncWindow): Promise<boolean> {
    const { changes, userRooms } = this.#deps;
    if (window.ephemeralUpTo > window.ephemeralSince || changes.userMayHaveChanged(requester.user, window.since)) return false;
    if (changes.serverMayHaveChanged(window.since)) return false;
    const rooms = await userRooms.of(requester.user);
    return (await changes.changedRooms(joinedOf(rooms), window.since)).size === 0;
  }

  async #context(call: SyncCall, window: SyncWindow): Promise<SyncContext> {
    const { requester, filter } = call;
    const userRooms = await this.#deps.userRooms.of(requester.user);
    const joined = new Set(joinedOf(userRooms));
    const ownChanged = window.initial || this.#deps.changes.userMayHaveChanged(requester.user, window.since);
    const whole = window.initial || call.fullState ? joined : await this.#newlyJoined(call, window, joined, ownChanged);
    const changed = window.initial ? joined : await this.#deps.changes.changedRooms(joined, window.since);
    return { requester, window, filter, userRooms, joined, whole, changed, ownChanged };
  }

  /** Rooms in which the requester was not joined at `since` and is now. */
  async #newlyJoined(call: SyncCall, window: SyncWindow, joined: ReadonlySet<number>, ownChanged: boolean): Promise<Set<number>> {
    const found = new Set<number>();
    const seen = new Set<number>();
    if (!ownChanged) return found;
    const { database, engine } = this.#deps;
    for (const change of await readMembershipChanges(database.reader, call.requester.user, window.since, window.upTo)) {
      if (seen.has(change.room) || !joined.has(change.room)) continue;
      seen.add(change.room);
      // A change of the profile is a membership row too: what counts is what was before the first of them.
      const record = await engine.event(change.event);
      const state = record?.stateBefore ? await engine.stateAt(change.room, record.stateBefore) : undefined;
      const before = await state?.get('m.room.member', call.requester.userId);
      if (before?.event.content['membership'] !== 'join') found.add(change.room);
    }
    return found;
  }

  #token(window: SyncWindow): string {
    return writeSyncToken({
      incarnation: shortIncarnation(this.#deps.database.incarnation),
      position: window.upTo,
      epoch: this.#deps.ephemeral.epoch,
      ephemeral: window.ephemeralUpTo,
    });
  }
}

const emptyRooms: RoomSections = { join: new Map(), invite: new Map(), knock: new Map(), leave: new Map() };

function isEmpty(draft: AnswerDraft): boolean {
  const { accountData, presence, toDevice, extra, rooms } = draft;
  return accountData.length === 0 && presence.length === 0 && toDevice.length === 0 && extra.size === 0 && rooms.size === 0;
}

function* joinedOf(rooms: ReadonlyMap<number, { readonly membership: string }>): Iterable<number> {
  for (const [room, { membership }] of rooms) if (membership === 'join') yield room;
}
