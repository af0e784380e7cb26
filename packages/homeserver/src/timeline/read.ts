import type { ClientEvents } from '../client-events/client-events.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { EventVisibility } from '../engine/event-visibility.ts';
import { creatorsOf } from '../engine/room-creators.ts';
import type { StateView } from '../engine/state-view.ts';
import { MatrixError } from '../http/errors.ts';
import type { Generation, Requester } from '../http/route.ts';
import { parseToken } from '../streams/tokens.ts';
import { type AccessDeps, requireJoined, roomAccess } from './room-access.ts';
import { readBackwards, readJoinedMembers, readLastEventAt } from './store.ts';
import { visibleEvent } from './visible-event.ts';
import type { JsonObject } from '@hearth/protocol';
import { contentOf2015 } from '@hearth/protocol';

export type ReaderDeps = AccessDeps & { readonly clientEvents: ClientEvents; readonly visibility: EventVisibility };

export type MembersQuery = {
  readonly at?: string | undefined;
  readonly membership?: string | undefined;
  readonly not_membership?: string | undefined;
};

const memberships: ReadonlySet<string> = new Set(['join', 'invite', 'leave', 'ban', 'knock']);

/** Reading single events, the state and the members of a room. */
export class TimelineReader {
  readonly #deps: ReaderDeps;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  /** GET rooms/{roomId}/event/{eventId}. 404 hides what the reader may not see. */
  async event(requester: Requester, roomId: string | undefined, eventId: string, generation: Generation): Promise<JsonObject> {
    const { record } = await visibleEvent(this.#deps, requester, roomId, eventId);
    const [event] = await this.#deps.clientEvents.asObjects([record], requester, { withRoomId: true, generation });
    return event as JsonObject;
  }

  /** GET rooms/{roomId}/state: the whole state, as of leaving for those who left. */
  async state(requester: Requester, roomId: string, generation: Generation): Promise<JsonObject[]> {
    const { state } = await roomAccess(this.#deps, roomId, requester);
    return this.#deps.clientEvents.asObjects(await state.all(), requester, { withRoomId: true, generation });
  }

  /** GET rooms/{roomId}/state/{eventType}/{stateKey}: the content, or with `format=event` the whole event. */
  async stateEvent(
    requester: Requester,
    roomId: string,
    type: string,
    stateKey: string,
    form: 'content' | 'event',
    generation: Generation,
  ): Promise<JsonObject> {
    const { state } = await roomAccess(this.#deps, roomId, requester);
    const record = await state.get(type, stateKey);
    if (!record) throw new MatrixError('M_NOT_FOUND', `The room has no state of type ${JSON.stringify(type)} with this state key.`);
    if (form === 'content') return this.#content(record, state, generation);
    const [event] = await this.#deps.clientEvents.asObjects([record], requester, { withRoomId: true, generation });
    return event as JsonObject;
  }

  async #content(record: EventRecord, state: StateView, generation: Generation): Promise<JsonObject> {
    if (generation !== 'v1' && generation !== 'v2a') return record.event.content;
    return contentOf2015(record.event, record.rules, record.rules.privilegedCreators ? await creatorsOf(state) : []);
  }

  /** GET rooms/{roomId}/members. */
  async members(requester: Requester, roomId: string, query: MembersQuery, generation: Generation): Promise<JsonObject[]> {
    for (const value of [query.membership, query.not_membership]) {
      if (value !== undefined && !memberships.has(value))
        throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(value)} is no membership.`);
    }
    const access = await roomAccess(this.#deps, roomId, requester);
    const state = query.at === undefined ? access.state : await this.#stateAtToken(access.room.number, query.at, access.state);
    const records = (await state.all()).filter((record) => {
      if (record.event.type !== 'm.room.member') return false;
      const membership = record.event.content['membership'];
      return (query.membership ?? membership) === membership && query.not_membership !== membership;
    });
    return this.#deps.clientEvents.asObjects(records, requester, { withRoomId: true, generation });
  }

  /** GET rooms/{roomId}/joined_members: names and pictures of those who are in now. Only for members. */
  async joinedMembers(requester: Requester, roomId: string): Promise<Record<string, JsonObject>> {
    const room = await requireJoined(this.#deps, roomId, requester);
    const numbers = await readJoinedMembers(this.#deps.database.reader, room.number);
    const joined: Record<string, JsonObject> = Object.create(null) as Record<string, JsonObject>;
    for (const record of await this.#deps.engine.events(numbers)) {
      if (record?.event.stateKey !== undefined) joined[record.event.stateKey] = profileOf(record);
    }
    return joined;
  }

  /** The state of the room when the stream was at a token. Those who left never get one from after that. */
  async #stateAtToken(room: number, at: string, fallback: StateView): Promise<StateView> {
    const token = parseToken(at);
    if (!token) throw new MatrixError('M_BAD_PAGINATION', 'The token in at is not valid.');
    const { reader } = this.#deps.database;
    const number =
      token.kind === 'sync'
        ? await readLastEventAt(reader, room, token.position)
        : (await readBackwards(reader, room, token, 1))[0]?.number;
    const record = number === undefined ? undefined : await this.#deps.engine.event(number);
    if (record?.stateAfter === undefined || record.stateAfter === null || record.stateAfter > fallback.number) return fallback;
    return (await this.#deps.engine.stateAt(room, record.stateAfter)) ?? fallback;
  }
}

function profileOf({ event }: EventRecord): JsonObject {
  const profile: Record<string, string> = {};
  const { displayname, avatar_url: avatar } = event.content;
  if (typeof displayname === 'string') profile['display_name'] = displayname;
  if (typeof avatar === 'string') profile['avatar_url'] = avatar;
  return profile;
}
