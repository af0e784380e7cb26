import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { allRooms, clientOf, password, path } from './people.ts';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

/*
 * Requests that no client sends. What is refused changes nothing: the connection goes on from where it was.
 */

let hearth: TestHearth;
let alice: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', password);
  await alice.createRoom();
});
after(() => hearth.stop());

const list = { ranges: [[0, 10]], timeline_limit: 1, required_state: [['m.room.name', '']] };
const many = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const record = (count: number, value: object, name = 'l'): object =>
  Object.fromEntries(many(count).map((index) => [`${name}${index}`, value]));

type Path = readonly (string | number)[];
const sample = {
  conn_id: 'main',
  txn_id: 'txn',
  timeout: 0,
  set_presence: 'online',
  lists: {
    all: {
      ...list,
      range: [0, 1],
      filters: {
        is_dm: true,
        spaces: ['!space'],
        is_encrypted: true,
        is_invite: true,
        is_invited: true,
        room_types: ['m.space', null],
        not_room_types: ['x', null],
        room_name_like: 'a',
        tags: ['t'],
        not_tags: ['t'],
      },
    },
  },
  room_subscriptions: { '!room': { timeline_limit: 1, required_state: [['*', '*']] } },
  extensions: {
    to_device: { enabled: true, since: '', limit: 10 },
    e2ee: { enabled: true },
    account_data: { enabled: true, lists: ['all'], rooms: ['*'] },
    receipts: { enabled: true, lists: ['all'], rooms: ['*'] },
    typing: { enabled: true, lists: ['all'], rooms: ['*'] },
  },
};

/** Every place in the body. */
function* placesIn(value: unknown, at: Path = []): Generator<Path> {
  if (at.length > 0) yield at;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) yield* placesIn(member, [...at, Array.isArray(value) ? Number(key) : key]);
}

function withValue(value: unknown, [key, ...rest]: Path, wrong: unknown): unknown {
  if (key === undefined) return wrong;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = withValue(copy[key], rest, wrong);
  return copy;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

test('every field with a value of every wrong type is refused with 400 M_BAD_JSON, and the connection goes on', async () => {
  const client = clientOf(alice, { ...allRooms(), conn_id: 'main' });
  await client.sync();
  assert.equal((await alice.request('POST', path, { body: sample })).status, 200);
  await client.sync().catch(() => undefined);
  const good = clientOf(alice, allRooms());
  await good.sync();
  let tried = 0;
  for (const place of placesIn(sample)) {
    let right: unknown = sample;
    for (const key of place) right = (right as Record<string | number, unknown>)[key];
    for (const wrong of [null, true, 7, 'text', [], {}, 1.5, -1]) {
      const isSameKind = kindOf(wrong) === kindOf(right) && kindOf(wrong) !== 'number';
      const isTypeOfRoom =
        place.includes('room_types') || place.includes('not_room_types') ? wrong === null || typeof wrong === 'string' : false;
      if (isSameKind || isTypeOfRoom || (right === 10 && wrong === 7) || (typeof right === 'number' && wrong === 7)) continue;
      const { status, body } = await alice.request('POST', path, { body: withValue(sample, place, wrong) });
      assert.deepEqual(
        [status, body?.errcode],
        [400, body?.errcode === 'M_MISSING_PARAM' ? 'M_MISSING_PARAM' : 'M_BAD_JSON'],
        `${place.join('.')} ${JSON.stringify(wrong)}`,
      );
      tried += 1;
    }
  }
  assert.ok(tried > 300, `${tried}`);
  assert.deepEqual((await good.sync()).rooms, {});
});

test('a list or subscription without timeline_limit says what it lacks', async () => {
  for (const body of [{ lists: { all: {} } }, { room_subscriptions: { '!a': {} } }])
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', path, { body });
});

for (const [what, body] of [
  ['a hundred and one lists', { lists: record(101, list) }],
  ['thousands of lists', { lists: record(5_000, { timeline_limit: 1 }) }],
  ['a hundred and one ranges', { lists: { all: { ...list, ranges: many(101).map((at) => [at, at]) } } }],
  ['a range that ends before it begins', { lists: { all: { ...list, ranges: [[2, 1]] } } }],
  ['thousands of subscriptions', { room_subscriptions: record(1_001, { timeline_limit: 1 }) }],
  ['thousands of wishes for state', { lists: { all: { ...list, required_state: many(201).map((at) => ['m', `${at}`]) } } }],
  ['a type of state without end', { lists: { all: { ...list, required_state: [['m'.repeat(256), '']] } } }],
  ['a state key that nothing can have', { lists: { all: { ...list, required_state: [['m', '\0']] } } }],
  ['thousands of tags', { lists: { all: { ...list, filters: { tags: many(201).map(String) } } } }],
  ['thousands of spaces', { lists: { all: { ...list, filters: { spaces: many(201).map(String) } } } }],
  ['a list with a name without end', { lists: { ['l'.repeat(256)]: list } }],
  ['a connection with a name without end', { conn_id: 'c'.repeat(256) }],
  ['a connection whose name cannot be stored', { conn_id: 'a\0b' }],
  ['a transaction id that is no text', { txn_id: '\uD800' }],
  ['an extension about thousands of lists', { extensions: { typing: { enabled: true, lists: many(101).map(String) } } }],
  ['an extension about thousands of rooms', { extensions: { receipts: { enabled: true, rooms: many(1_001).map(String) } } }],
] as const) {
  test(`${what} is refused`, async () => {
    const { status, body: answer } = await alice.request('POST', path, { body });
    assert.equal(status, 400, JSON.stringify(answer));
    assert.ok(['M_INVALID_PARAM', 'M_BAD_JSON', 'M_NOT_JSON'].includes(answer.errcode), JSON.stringify(answer));
  });
}

test('greatest numbers, odd names and unknown keys do no harm', async () => {
  const huge = Number.MAX_SAFE_INTEGER;
  const lists = {
    ['__proto__x']: list,
    constructor: {
      ...list,
      ranges: [
        [0, huge],
        [0, huge],
        [huge, huge],
      ],
      timeline_limit: huge,
    },
  };
  const raw = `{"lists":{"__proto__":${JSON.stringify(list)}},"room_subscriptions":{"__proto__":{"timeline_limit":1}},"extensions":{"__proto__":{"enabled":true}}}`;
  const { counts, rooms } = await alice
    .ok('POST', path, { body: { lists, unknown: 1, timeout: huge, extensions: { 'org.test': 7, odd: { enabled: true } } } })
    .then((body) => ({ counts: body.lists, rooms: Object.values<{ timeline: object[] }>(body.rooms) }));
  assert.deepEqual(counts.constructor, { count: 1 });
  assert.ok((rooms[0]?.timeline.length ?? 0) > 3);
  const bytes = new TextEncoder().encode(raw);
  assert.ok((await alice.request('POST', path, { body: bytes, headers: { 'content-type': 'application/json' } })).status < 500);
  for (const query of [{ timeout: 'x' }, { timeout: '-1' }, { set_presence: 'odd' }]) {
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', path, { query, body: {} });
  }
  await alice.refused(401, 'M_MISSING_TOKEN', 'POST', path, { token: null, body: {} });
});

test('a client that asks for ever other state is told to start anew instead of being kept without end', async () => {
  const client = clientOf(alice, allRooms());
  await client.sync();
  let ended: unknown;
  for (let count = 0; count < 80 && ended === undefined; count += 1) {
    client.asks = allRooms(1, {}, [['org.test', `${count}`]]);
    const { status, body } = await client.request();
    if (status === 200) client.take(body);
    else ended = body.errcode;
  }
  assert.equal(ended, 'M_UNKNOWN_POS');
  client.pos = undefined;
  assert.equal(Object.keys((await client.sync()).rooms).length, 1);
});
