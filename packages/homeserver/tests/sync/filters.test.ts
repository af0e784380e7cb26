import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  answersToWrongTypes,
  createTestClient,
  responseValidator,
  type Session,
  specification,
  startHearth,
  type TestClient,
  type TestHearth,
} from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
let bob: Session;
let room: string;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
  room = await alice.createRoom({ preset: 'public_chat', name: 'Filtered' });
  await bob.join(room);
});
after(() => hearth.stop());

const filters = (userId = alice.userId, id = ''): string =>
  `/_matrix/client/v3/user/${encodeURIComponent(userId)}/filter${id === '' ? '' : `/${id}`}`;
type Event = { type: string; sender: string; content: Record<string, unknown> };
/** A client that takes events of other shapes, too. */
const unchecked = (session: Session): TestClient =>
  createTestClient({
    baseUrl: hearth.baseUrl,
    token: session.token,
    check: { validator: { ...responseValidator(specification()), validate: () => undefined } },
  });
const inline = (filter: object): string => JSON.stringify(filter);

test('a stored filter comes back as it was sent, has one id however often it is stored, and works by its id', async () => {
  const definition = {
    room: { timeline: { limit: 2, types: ['m.room.message'] } },
    event_fields: ['type', 'content.body'],
    'org.example.unknown': [1],
  };
  const { filter_id: id } = await alice.ok('POST', filters(), { body: definition });
  assert.equal((await alice.ok('POST', filters(), { body: definition })).filter_id, id);
  assert.notEqual((await alice.ok('POST', filters(), { body: {} })).filter_id, id);
  assert.deepEqual(await alice.ok('GET', filters(alice.userId, id)), definition);
  for (const text of ['one', 'two', 'three']) await alice.sendText(room, text);
  const body = await unchecked(alice).sync({ filter: id });
  assert.deepEqual(body.rooms.join[room].timeline.events, [
    { type: 'm.room.message', content: { body: 'two' } },
    { type: 'm.room.message', content: { body: 'three' } },
  ]);
  assert.equal(body.rooms.join[room].timeline.limited, true);
});

test('filters are their owner’s, and nothing else is a filter', async () => {
  await bob.refused(403, 'M_FORBIDDEN', 'POST', filters(), { body: {} });
  await bob.refused(403, 'M_FORBIDDEN', 'GET', filters(alice.userId, '1'));
  await alice.refused(404, 'M_NOT_FOUND', 'GET', filters(alice.userId, '99'));
  await alice.refused(404, 'M_NOT_FOUND', 'GET', filters(alice.userId, 'x'));
  for (const body of [[], 'x', { room: { timeline: { limit: -1 } } }, { room: { rooms: 'x' } }, { event_format: 'pdf' }]) {
    assert.equal((await alice.request('POST', filters(), { body })).status, 400);
  }
  await alice.refused(413, 'M_TOO_LARGE', 'POST', filters(), {
    body: { room: { rooms: Array.from({ length: 200 }, () => `!${'x'.repeat(400)}`) } },
  });
  for (const [filter, code] of [
    ['99', 'M_INVALID_PARAM'],
    ['{', 'M_NOT_JSON'],
    ['{"room":1}', 'M_BAD_JSON'],
    ['nope', 'M_INVALID_PARAM'],
  ] as const) {
    await alice.refused(400, code, 'GET', '/_matrix/client/v3/sync', { query: { filter } });
  }
});

test('a filter with a wrong type in any field is refused', async () => {
  const answers = await answersToWrongTypes(alice, 'POST', filters());
  const kept = answers.filter((answer) => answer.status !== 400);
  assert.deepEqual(
    kept.filter((answer) => answer.given !== 'null'),
    [],
  );
});

test('rooms, types and senders that a filter drops are not told', async () => {
  const other = await alice.createRoom({ name: 'Other' });
  const { next_batch: since } = await alice.sync();
  await bob.sendText(room, 'from bob');
  await alice.sendText(room, 'from alice');
  await alice.setState(room, 'm.room.topic', '', { topic: 'x' });
  await alice.sendText(other, 'elsewhere');
  const joined = async (filter: object): Promise<Record<string, { timeline: { events: Event[] }; state: { events: Event[] } }>> =>
    (await alice.sync({ since, filter: inline(filter) })).rooms?.join ?? {};
  assert.deepEqual(Object.keys(await joined({ room: { rooms: [other] } })), [other]);
  assert.deepEqual(Object.keys(await joined({ room: { not_rooms: [other] } })), [room]);
  const bobs = await joined({ room: { rooms: [room], timeline: { senders: [bob.userId] } } });
  assert.deepEqual(
    bobs[room]?.timeline.events.map((event) => event.content['body']),
    ['from bob'],
  );
  assert.deepEqual(
    bobs[room]?.state.events.map((event) => event.type),
    ['m.room.topic'],
  );
  const quiet = await joined({ room: { rooms: [room], timeline: { types: ['org.example.*'] }, state: { types: [] } } });
  assert.deepEqual(quiet, {});
  const stars = await joined({ room: { timeline: { not_types: ['m.room.*'] }, state: { not_types: ['*'] } } });
  assert.deepEqual(stars, {});
});

test('what the filter wants is found among much that it does not want, all of it and in order', async () => {
  const long = await alice.createRoom();
  const sent: string[] = [];
  for (let count = 0; count < 130; count += 1) {
    const event = await alice.send(long, count % 2 === 0 ? 'org.example.wanted' : 'org.example.other', {});
    if (count % 2 === 0) sent.push(event);
  }
  const { timeline } = (
    await alice.sync({ filter: inline({ room: { rooms: [long], timeline: { limit: 70, types: ['org.example.wanted'] } } }) })
  ).rooms.join[long];
  assert.deepEqual([timeline.events.map((event: { event_id: string }) => event.event_id), timeline.limited], [sent, false]);
});

test('events can come in the federation’s form', async () => {
  const { next_batch: since } = await alice.sync();
  await alice.sendText(room, 'signed');
  const body = await unchecked(alice).sync({ since, filter: inline({ event_format: 'federation' }) });
  const [event] = body.rooms.join[room].timeline.events;
  assert.deepEqual([typeof event.depth, typeof event.hashes.sha256, event.event_id], ['number', 'string', undefined]);
  assert.ok(event.signatures['hearth.test']);
});

test('account data and presence are filtered on their own', async () => {
  const body = await alice.sync({ filter: inline({ account_data: { not_types: ['m.push_rules'] } }) });
  assert.equal(body.account_data, undefined);
});

test('events can be wanted for what relates to them, by /sync, /messages and around an event, under both names', async () => {
  const place = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(place);
  const [thread, other] = [await alice.sendText(place, 'a thread'), await alice.sendText(place, 'liked')];
  const relating = (rel: string, target: string) => ({ msgtype: 'm.text', body: 'x', 'm.relates_to': { rel_type: rel, event_id: target } });
  await bob.send(place, 'm.room.message', relating('m.thread', thread));
  await bob.send(place, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: other, key: 'y' } });
  const ids = (events: { event_id: string }[]): string[] => events.map((event) => event.event_id);
  for (const [filter, wanted] of [
    [{ related_by_rel_types: ['m.thread'] }, [thread]],
    [{ 'io.element.relation_types': ['m.thread'] }, [thread]],
    [{ related_by_senders: [bob.userId] }, [thread, other]],
    [{ 'io.element.relation_senders': [alice.userId] }, []],
    [{ related_by_rel_types: ['m.annotation'], related_by_senders: [bob.userId] }, [other]],
  ] as const) {
    const synced = await alice.sync({ filter: inline({ room: { rooms: [place], timeline: { ...filter, limit: 50 } } }) });
    assert.deepEqual(ids(synced.rooms.join[place].timeline.events), wanted);
    const paged = await alice.messages(place, { dir: 'f', filter: inline(filter), limit: 50 });
    assert.deepEqual(ids(paged.chunk), wanted);
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(place)}/context/${encodeURIComponent(thread)}`;
    const { events_after: after } = await alice.ok('GET', path, { query: { filter: inline(filter), limit: 50 } });
    assert.deepEqual(
      ids(after),
      wanted.filter((event) => event !== thread),
    );
  }
});

test('filters by relations do not tell what was said after the reader had left', async () => {
  const place = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(place);
  const [seen, other] = [await alice.sendText(place, 'seen'), await alice.sendText(place, 'other')];
  const react = (event: string): Promise<string> =>
    alice.send(place, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key: 'x' } });
  await react(seen);
  await bob.leave(place);
  await react(other);
  for (const filter of [{ related_by_rel_types: ['m.annotation'] }, { related_by_senders: [alice.userId] }]) {
    const paged = async (reader: Session): Promise<string[]> => {
      const { chunk } = await reader.messages(place, { dir: 'f', filter: inline(filter), limit: 50 });
      return chunk.map((event: { event_id: string }) => event.event_id);
    };
    assert.deepEqual(await paged(alice), [seen, other]);
    assert.deepEqual(await paged(bob), [seen]);
    const left = await bob.sync({ filter: inline({ room: { rooms: [place], include_leave: true, timeline: { ...filter, limit: 50 } } }) });
    assert.deepEqual(
      left.rooms.leave[place].timeline.events.map((event: { event_id: string }) => event.event_id),
      [seen],
    );
  }
});

test('a14: a filter stored through the API of 2015 has wildcards among senders and rooms; one of today has none', async () => {
  const { next_batch: since } = await alice.sync();
  const event = await bob.sendText(room, 'from bob');
  const shown = async (prefix: string, definition: object): Promise<string[]> => {
    const own = `${prefix}/user/${encodeURIComponent(alice.userId)}/filter`;
    const { filter_id: filter } = await alice.ok('POST', own, { body: definition });
    const { rooms } = await alice.ok('GET', `${prefix}/sync`, { query: { since, filter } });
    return (rooms?.join[room]?.timeline.events ?? []).map((each: { event_id: string }) => each.event_id);
  };
  const of2015 = '/_matrix/client/v2_alpha';
  for (const timeline of [{ senders: ['@bo*:hearth.test'] }, { rooms: ['!*'] }, { not_senders: ['@ali*'] }]) {
    assert.deepEqual(await shown(of2015, { room: { timeline } }), [event], JSON.stringify(timeline));
  }
  for (const timeline of [{ not_senders: ['@*'] }, { not_rooms: ['*'] }, { senders: ['@ali*'] }]) {
    assert.deepEqual(await shown(of2015, { room: { timeline } }), [], JSON.stringify(timeline));
  }
  assert.deepEqual(await shown(of2015, { room: { rooms: ['!*'] } }), [event]);
  assert.deepEqual(await shown(of2015, { room: { not_rooms: ['!*'] } }), []);
  assert.deepEqual(await shown('/_matrix/client/v3', { room: { timeline: { senders: ['@bo*:hearth.test'] } } }), []);
});
