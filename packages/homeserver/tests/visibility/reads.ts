import assert from 'node:assert/strict';

import type { Event, Rights } from './reference.ts';
import type { Story } from './stories.ts';
import { clientPath, type Session } from '@hearth/testkit';

/** A reader of a room, what happened in it, and what of that they may see. */
export type Case = { readonly reader: Session; readonly story: Story; readonly history: readonly Event[]; readonly rights: Rights };

/** One way of reading: throws where it shows more or less than the reference allows. */
export type Read = (place: Case) => Promise<void>;

const idsOf = (events: readonly Event[]): string[] => events.map((event) => event.event_id);
const roomPath = (room: string, rest: string, prefix = '/_matrix/client/v3'): string =>
  `${prefix}/rooms/${encodeURIComponent(room)}/${rest}`;

/** These events as the reader may see them, in the room's order. */
const seenOf = ({ history, rights }: Case, test: (event: Event) => boolean): string[] =>
  idsOf(history.filter((event) => rights.events.includes(event.event_id) && test(event)));

const relationOf = (event: Event): { readonly rel_type?: string; readonly event_id?: string } =>
  (event.content['m.relates_to'] as { rel_type?: string }) ?? {};

/** Nothing but what may be seen; `also` are events that this way of reading always tells. */
function assertOnly(shown: readonly Event[], { rights }: Case, also: readonly string[] = []): void {
  for (const event of shown) assert.ok(rights.events.includes(event.event_id) || also.includes(event.event_id), JSON.stringify(event));
}

/** What the answer says of an event beside it must not tell of hidden ones either. */
function assertRelations(event: Event, place: Case): void {
  const told = (event.unsigned?.['m.relations'] ?? {}) as {
    'm.thread'?: { latest_event: Event; count: number };
    'm.reference'?: { chunk: { event_id: string }[] };
    'm.replace'?: Event;
  };
  const replies = seenOf(place, (each) => relationOf(each).rel_type === 'm.thread');
  assert.deepEqual([told['m.thread']?.latest_event.event_id, told['m.thread']?.count ?? 0], [replies.at(-1), replies.length], 'the thread');
  const references = seenOf(place, (each) => relationOf(each).rel_type === 'm.reference');
  assert.deepEqual(
    (told['m.reference']?.chunk ?? []).map((each) => each.event_id),
    references,
    'references',
  );
  const [edit] = seenOf(place, (each) => relationOf(each).rel_type === 'm.replace');
  assert.equal(told['m.replace']?.event_id, edit, 'the edit');
}

const singleEvents: Read = async (place) => {
  const { reader, story, history, rights } = place;
  for (const [index, { event_id: id }] of history.entries()) {
    const expected = rights.events.includes(id) ? 200 : 404;
    const answer = await reader.request('GET', roomPath(story.room, `event/${encodeURIComponent(id)}`));
    assert.equal(answer.status, expected, JSON.stringify(history[index]));
    if (expected === 404) assert.equal(answer.body.errcode, 'M_NOT_FOUND');
    else if (id === story.root) assertRelations(answer.body as Event, place);
    assert.equal((await reader.request('GET', clientPath`/events/${id}`)).status, expected);
  }
};

const contexts: Read = async (place) => {
  const { reader, story, history, rights } = place;
  for (const { event_id: id } of history) {
    const answer = await reader.request('GET', roomPath(story.room, `context/${encodeURIComponent(id)}`), { query: { limit: 100 } });
    if (!rights.events.includes(id)) {
      assert.equal(answer.status, 404);
      continue;
    }
    const { events_before: before, event, events_after: after, state } = answer.body;
    assert.deepEqual(idsOf([...before.toReversed(), event, ...after]), rights.events);
    if (!rights.room) assertOnly(state, place);
  }
};

const pages: Read = async ({ reader, story, rights }) => {
  for (const dir of ['b', 'f'] as const) {
    const found: string[] = [];
    let from: string | undefined;
    do {
      const answer = await reader.request('GET', roomPath(story.room, 'messages'), { query: { dir, limit: 7, from } });
      assert.equal(answer.status, rights.room ? 200 : 403);
      if (answer.status !== 200) return;
      found.push(...idsOf(answer.body.chunk));
      from = answer.body.end as string | undefined;
    } while (from !== undefined);
    assert.deepEqual(dir === 'b' ? found.toReversed() : found, rights.events);
  }
};

const relations: Read = async (place) => {
  const { reader, story, rights } = place;
  for (const type of ['', '/m.thread', '/m.reference', '/m.replace']) {
    const path = roomPath(story.room, `relations/${encodeURIComponent(story.root)}${type}`, '/_matrix/client/v1');
    for (const recurse of [false, true]) {
      const answer = await reader.request('GET', path, { query: { dir: 'f', limit: 100, recurse } });
      assert.equal(answer.status, rights.events.includes(story.root) ? 200 : 404);
      if (answer.status !== 200) continue;
      const wanted = seenOf(
        place,
        (event) => relationOf(event).event_id === story.root && (type === '' || `/${relationOf(event).rel_type}` === type),
      );
      assert.deepEqual(idsOf(answer.body.chunk), wanted);
    }
  }
};

const threads: Read = async (place) => {
  const { reader, story, rights } = place;
  const answer = await reader.request('GET', roomPath(story.room, 'threads', '/_matrix/client/v1'));
  assert.equal(answer.status, rights.room ? 200 : 403);
  if (answer.status !== 200) return;
  assert.deepEqual(idsOf(answer.body.chunk), rights.events.includes(story.root) ? [story.root] : []);
  for (const event of answer.body.chunk as Event[]) assertRelations(event, place);
};

const search: Read = async (place) => {
  const { reader, story, rights } = place;
  for (const order of ['recent', 'rank']) {
    const body = {
      search_categories: {
        room_events: {
          search_term: 'needle',
          order_by: order,
          filter: { rooms: [story.room], limit: 100 },
          event_context: { before_limit: 50, after_limit: 50 },
          include_state: true,
        },
      },
    };
    const found = (await reader.ok('POST', clientPath`/search`, { body })).search_categories.room_events;
    // Search goes through the rooms that one is or was in.
    const wasIn = rights.membership !== 'invite' && rights.membership !== 'knock' && !rights.forgotten && rights.own.length > 0;
    const wanted = wasIn ? seenOf(place, (event) => JSON.stringify(event.content).includes('needle')) : [];
    const results = found.results as { result: Event; context: { events_before: Event[]; events_after: Event[] } }[];
    assert.deepEqual(idsOf(results.map(({ result }) => result)).toSorted(), wanted.toSorted());
    assert.equal(found.count, wanted.length);
    for (const { context } of results) assertOnly([...context.events_before, ...context.events_after], place);
  }
};

const byTime: Read = async (place) => {
  const { reader, story, history, rights } = place;
  for (const { origin_server_ts: ts } of [history[0], history.at(-1)] as Event[]) {
    for (const dir of ['f', 'b']) {
      const answer = await reader.request('GET', roomPath(story.room, 'timestamp_to_event', '/_matrix/client/v1'), { query: { ts, dir } });
      if (!rights.room) assert.equal(answer.status, 403);
      else if (answer.status === 200) assert.ok(rights.events.includes(answer.body.event_id), dir);
      else assert.equal(answer.status, 404);
    }
  }
};

const states: Read = async (place) => {
  const { reader, story, rights, history } = place;
  const status = rights.room ? 200 : 403;
  const at = story.tokens.sync.at(-1);
  for (const rest of ['state', 'state/m.room.topic', 'members', ...(at === undefined ? [] : [`members?at=${encodeURIComponent(at)}`])]) {
    const answer = await reader.request('GET', roomPath(story.room, rest));
    assert.equal(answer.status, status, rest);
    // Who is out sees the state as of their going; later events are in it neither as such nor by their content.
    const isOpen =
      history.findLast((event) => event.type === 'm.room.history_visibility')?.content['history_visibility'] === 'world_readable';
    if (status !== 200 || rights.membership === 'join' || isOpen) continue;
    const lastIn = history.findIndex((event) => event.event_id === lastStay(history, reader.userId));
    const later = history.slice(lastIn + 1).filter((event) => !rights.events.includes(event.event_id));
    for (const event of later) {
      assert.ok(!JSON.stringify(answer.body).includes(event.event_id), rest);
      if (event.type === 'm.room.topic') assert.notDeepEqual(answer.body, event.content);
    }
  }
  const joined = await reader.request('GET', roomPath(story.room, 'joined_members'));
  assert.equal(joined.status, rights.membership === 'join' ? 200 : 403);
};

/** The event that ended somebody's last stay. */
function lastStay(history: readonly Event[], userId: string): string | undefined {
  const own = history.filter((event) => event.type === 'm.room.member' && event.state_key === userId);
  const index = own.findLastIndex((event) => event.content['membership'] === 'join');
  return own[index + 1]?.event_id;
}

const initialSyncs: Read = async (place) => {
  const { reader, story, rights } = place;
  const own = rights.own.slice(-1);
  const answer = await reader.request('GET', roomPath(story.room, 'initialSync'), { query: { limit: 100 } });
  const declined = answer.status === 200 && !rights.room;
  assert.ok(declined || answer.status === (rights.room ? 200 : 403), String(answer.status));
  if (answer.status === 200) assertOnly(answer.body.messages.chunk, place, own);
  if (answer.status === 200 && rights.membership === 'join') assert.deepEqual(idsOf(answer.body.messages.chunk), rights.events);
  if (declined) assert.deepEqual(idsOf([...answer.body.messages.chunk, ...answer.body.state]), own);
  const all = await reader.ok('GET', clientPath`/initialSync`, { query: { limit: 100, archived: true } });
  const room = all.rooms.find((each: { room_id: string }) => each.room_id === story.room);
  assertOnly(room?.messages?.chunk ?? [], place, own);
};

const syncs: Read = async (place) => {
  const { reader, story, rights } = place;
  const filter = JSON.stringify({ room: { rooms: [story.room], include_leave: true, timeline: { limit: 100 } } });
  for (const more of [{}, { use_state_after: true }, { full_state: true }]) {
    for (const since of [undefined, ...story.tokens.sync]) {
      const { rooms } = await reader.sync({ since, filter, ...more });
      const section = rooms?.join?.[story.room] ?? rooms?.leave?.[story.room];
      const shown: Event[] = section?.timeline.events ?? [];
      assertOnly(shown, place, rights.own);
      for (const event of shown) if (event.event_id === story.root) assertRelations(event, place);
      if (since === undefined && rights.membership === 'join') {
        // Without state_after the timeline begins after a state event whose successor is hidden.
        const told =
          section.timeline.limited === true && !('use_state_after' in more)
            ? rights.events.slice(-shown.length || Infinity)
            : rights.events;
        assert.deepEqual(idsOf(shown), told);
      }
      if (section !== undefined && !rights.room) assert.deepEqual(idsOf(section.state?.events ?? section.state_after?.events ?? []), []);
    }
  }
};

const streams: Read = async (place) => {
  const { reader, story, rights } = place;
  for (const from of story.tokens.stream) {
    const { chunk } = await reader.ok('GET', clientPath`/events`, { query: { from, timeout: 0 } });
    assertOnly(
      (chunk as (Event & { room_id: string })[]).filter((event) => event.room_id === story.room),
      place,
      rights.own,
    );
  }
  const peek = await reader.request('GET', clientPath`/events`, {
    query: { from: story.tokens.stream[0], room_id: story.room, timeout: 0 },
  });
  if (peek.status === 200)
    assertOnly(
      (peek.body.chunk as Event[]).filter((event) => event.event_id),
      place,
      rights.own,
    );
  else assert.equal(peek.status, 403);
};

/** Every way in which a client reads events. */
export const reads: Readonly<Record<string, Read>> = {
  event: singleEvents,
  context: contexts,
  messages: pages,
  relations,
  threads,
  search,
  timestamp_to_event: byTime,
  'state and members': states,
  initialSync: initialSyncs,
  sync: syncs,
  events: streams,
};
