import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { answersToWrongTypes, newsOf, type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
let bob: Session;
let room: string;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
});
beforeEach(async () => {
  room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
});
after(() => hearth.stop());

type Receipts = Record<string, Record<string, Record<string, { ts: number; thread_id?: string }>>>;
type Event = { type: string; content: Receipts };
const path = (type: string, event: string, of = room): string =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(of)}/receipt/${type}/${encodeURIComponent(event)}`;
const markers = (of = room): string => `/_matrix/client/v3/rooms/${encodeURIComponent(of)}/read_markers`;
const read = (client: Session, type: string, event: string, body: object = {}): Promise<unknown> =>
  client.ok('POST', path(type, event), { body });
const byText = (a: string[], b: string[]): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
/** [event, type, user, thread] of each receipt that somebody is shown. */
async function seenBy(client: Session, since?: string): Promise<string[][]> {
  const events: Event[] = (await client.sync({ since })).rooms?.join[room]?.ephemeral.events ?? [];
  return events
    .filter((event) => event.type === 'm.receipt')
    .flatMap(({ content }) =>
      Object.entries(content).flatMap(([event, types]) =>
        Object.entries(types).flatMap(([type, users]) =>
          Object.entries(users).map(([user, { thread_id: thread }]) => [event, type, user, thread ?? '']),
        ),
      ),
    )
    .toSorted(byText);
}

test('a receipt reaches everybody in the room, with its time, at once and in later first syncs', async () => {
  const event = await alice.sendText(room, 'read me');
  const { next_batch: since } = await alice.sync();
  await read(bob, 'm.read', event);
  const body = await alice.sync({ since });
  const [receipt] = body.rooms.join[room].ephemeral.events;
  assert.equal(receipt.type, 'm.receipt');
  assert.ok(receipt.content[event]['m.read'][bob.userId].ts > 0);
  for (const client of [alice, bob]) assert.deepEqual(await seenBy(client), [[event, 'm.read', bob.userId, '']]);
});

test('a private receipt reaches its owner’s devices only', async () => {
  const event = await alice.sendText(room, 'read me');
  const phone = await hearth.client.login('bob', 'password of bob');
  const [{ next_batch: alices }, { next_batch: bobs }] = [await alice.sync(), await phone.sync()];
  await read(bob, 'm.read.private', event);
  assert.deepEqual(await seenBy(phone, bobs), [[event, 'm.read.private', bob.userId, '']]);
  assert.deepEqual(await seenBy(phone), [[event, 'm.read.private', bob.userId, '']]);
  assert.deepEqual([await seenBy(alice), await seenBy(alice, alices)], [[], []]);
  assert.deepEqual(newsOf(await alice.sync({ since: alices })), []);
});

test('a receipt never goes back', async () => {
  const [one, two] = [await alice.sendText(room, 'one'), await alice.sendText(room, 'two')];
  await read(bob, 'm.read', two);
  const { next_batch: since } = await alice.sync();
  for (const event of [one, two]) await read(bob, 'm.read', event);
  assert.deepEqual(newsOf(await alice.sync({ since })), []);
  assert.deepEqual(await seenBy(alice), [[two, 'm.read', bob.userId, '']]);
});

test('receipts of threads stand beside the unthreaded one, also on one and the same event', async () => {
  const root = await alice.sendText(room, 'root');
  const answer = await alice.send(room, 'm.room.message', {
    msgtype: 'm.text',
    body: 'x',
    'm.relates_to': { rel_type: 'm.thread', event_id: root },
  });
  const reaction = await alice.send(room, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: answer, key: 'x' } });
  await read(bob, 'm.read', root);
  await read(bob, 'm.read', root, { thread_id: 'main' });
  await read(bob, 'm.read', root, { thread_id: root });
  assert.deepEqual(
    await seenBy(alice),
    [
      [root, 'm.read', bob.userId, ''],
      [root, 'm.read', bob.userId, root],
      [root, 'm.read', bob.userId, 'main'],
    ].toSorted(byText),
  );
  await read(bob, 'm.read', answer, { thread_id: root });
  await read(bob, 'm.read', reaction, { thread_id: root });
  assert.ok((await seenBy(alice)).some(([event, , , thread]) => event === reaction && thread === root));
});

test('a thread that the event is not part of is refused, and so are other wrong threads and types', async () => {
  const root = await alice.sendText(room, 'root');
  const answer = await alice.send(room, 'm.room.message', {
    msgtype: 'm.text',
    body: 'x',
    'm.relates_to': { rel_type: 'm.thread', event_id: root },
  });
  const other = await alice.sendText(room, 'other');
  for (const [type, event, thread] of [
    ['m.read', answer, 'main'],
    ['m.read', other, root],
    ['m.read', root, ''],
    ['m.read', root, '$nonsense'],
    ['m.read', root, 'x'.repeat(300)],
    ['m.fully_read', root, 'main'],
  ] as const) {
    await bob.refused(400, 'M_INVALID_PARAM', 'POST', path(type, event), { body: { thread_id: thread } });
  }
  await bob.refused(400, 'M_INVALID_PARAM', 'POST', path('m.written', root), { body: {} });
  const answers = await answersToWrongTypes(bob, 'POST', path('m.read', root), { thread_id: 'main' });
  assert.deepEqual(
    answers.filter((each) => each.status !== 400),
    [],
  );
});

test('AC-03: an event of another room, an unknown one and somebody else’s room are refused', async () => {
  const elsewhere = await alice.createRoom();
  const event = await alice.sendText(elsewhere, 'elsewhere');
  for (const id of [event, '$unknown', 'nonsense']) {
    await bob.refused(404, 'M_NOT_FOUND', 'POST', path('m.read', id), { body: {} });
    await bob.refused(404, 'M_NOT_FOUND', 'POST', markers(), { body: { 'm.fully_read': id } });
  }
  for (const place of [elsewhere, '!nowhere:hearth.test', 'x']) {
    await bob.refused(403, 'M_FORBIDDEN', 'POST', path('m.read', event, place), { body: {} });
    await bob.refused(403, 'M_FORBIDDEN', 'POST', markers(place), { body: { 'm.read': event } });
  }
  await bob.leave(room);
  await bob.refused(403, 'M_FORBIDDEN', 'POST', path('m.read', await alice.sendText(room, 'x')), { body: {} });
});

test('read markers set all three at once; m.fully_read is account data and no receipt, and never goes back', async () => {
  const [one, two, three] = [await alice.sendText(room, '1'), await alice.sendText(room, '2'), await alice.sendText(room, '3')];
  const { next_batch: since } = await bob.sync();
  await bob.ok('POST', markers(), { body: { 'm.fully_read': two, 'm.read': three, 'm.read.private': three } });
  const body = await bob.sync({ since });
  const marker = (joined: typeof body): unknown => joined.rooms.join[room].account_data.events;
  assert.deepEqual(marker(body), [{ type: 'm.fully_read', content: { event_id: two } }]);
  assert.deepEqual(await seenBy(bob, since), [
    [three, 'm.read', bob.userId, ''],
    [three, 'm.read.private', bob.userId, ''],
  ]);
  assert.deepEqual(await seenBy(alice), [[three, 'm.read', bob.userId, '']]);
  await bob.ok('POST', markers(), { body: { 'm.fully_read': one } });
  assert.deepEqual(marker(await bob.sync({ since })), [{ type: 'm.fully_read', content: { event_id: two } }]);
  await read(bob, 'm.fully_read', three);
  assert.deepEqual(marker(await bob.sync({ since })), [{ type: 'm.fully_read', content: { event_id: three } }]);
  const data = `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/rooms/${encodeURIComponent(room)}/account_data/m.fully_read`;
  assert.deepEqual(await bob.ok('GET', data), { event_id: three });
  await bob.ok('POST', markers(), { body: {} });
  const answers = await answersToWrongTypes(bob, 'POST', markers(), { 'm.read': one });
  assert.deepEqual(
    answers.filter((each) => each.status !== 400),
    [],
  );
});

test('clients of 2015 send receipts without a body', async () => {
  const event = await alice.sendText(room, 'old');
  await bob.ok('POST', path('m.read', event).replace('/v3/', '/v2_alpha/'));
  assert.deepEqual(await seenBy(alice), [[event, 'm.read', bob.userId, '']]);
});
