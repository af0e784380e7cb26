import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

type Event = { readonly event_id: string; readonly type: string; readonly state_key?: string; readonly content: Record<string, unknown> };
type Context = {
  readonly start: string;
  readonly end: string;
  readonly event: Event;
  readonly events_before: readonly Event[];
  readonly events_after: readonly Event[];
  readonly state: readonly Event[];
};

let hearth: TestHearth;
let alice: Session;
let bob: Session;
let room: string;
let sent: string[];
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
  room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  sent = [];
  for (let count = 0; count < 10; count += 1) sent.push(await (count % 2 === 0 ? alice : bob).sendText(room, `${count}`));
});
after(() => hearth.stop());

const v3 = '/_matrix/client/v3';
const path = (event: string, of = room): string => `${v3}/rooms/${encodeURIComponent(of)}/context/${encodeURIComponent(event)}`;
const context = (client: Session, event: string, query: Record<string, string> = {}): Promise<Context> =>
  client.ok('GET', path(event), { query });
const ids = (events: readonly Event[]): string[] => events.map(({ event_id }) => event_id);

test('an event is told with what was said before and after it, half of the limit each', async () => {
  const told = await context(alice, sent[5] as string, { limit: '4' });
  assert.equal(told.event.event_id, sent[5]);
  assert.deepEqual(ids(told.events_before), [sent[4], sent[3]]);
  assert.deepEqual(ids(told.events_after), [sent[6], sent[7]]);
  assert.ok(told.state.some(({ type, state_key }) => type === 'm.room.member' && state_key === bob.userId));
});

test('without a limit ten are told, an odd one more after than before, none with zero, and not more than there are', async () => {
  const usual = await context(alice, sent[5] as string);
  assert.equal(usual.events_before.length + usual.events_after.length, 5 + 4, 'only four came after');
  const odd = await context(alice, sent[5] as string, { limit: '3' });
  assert.deepEqual([odd.events_before.length, odd.events_after.length], [1, 2]);
  const alone = await context(alice, sent[5] as string, { limit: '0' });
  assert.deepEqual([alone.events_before.length, alone.events_after.length], [0, 0]);
  const all = await context(alice, sent[9] as string, { limit: '100000' });
  assert.equal(all.events_before.at(-1)?.type, 'm.room.create');
  assert.deepEqual(all.events_after, []);
});

test('paging goes on from both ends without gap or overlap', async () => {
  const told = await context(alice, sent[5] as string, { limit: '2' });
  const older = await alice.messages(room, { dir: 'b', from: told.start, limit: '2' });
  assert.deepEqual(ids(older.chunk), [sent[3], sent[2]]);
  const newer = await alice.messages(room, { dir: 'f', from: told.end, limit: '2' });
  assert.deepEqual(ids(newer.chunk), [sent[7], sent[8]]);
  const alone = await context(alice, sent[5] as string, { limit: '0' });
  assert.deepEqual(ids((await alice.messages(room, { dir: 'b', from: alone.start, limit: '1' })).chunk), [sent[4]]);
  assert.deepEqual(ids((await alice.messages(room, { dir: 'f', from: alone.end, limit: '1' })).chunk), [sent[6]]);
});

test('a filter chooses among the events around, and lazily loaded members are those who speak', async () => {
  const carol = await hearth.client.register('carol', 'password of carol');
  await carol.join(room);
  const last = await alice.sendText(room, 'last');
  const told = await context(alice, last, {
    filter: JSON.stringify({ senders: [alice.userId], types: ['m.room.message'], lazy_load_members: true }),
  });
  assert.ok(told.events_before.every((event) => event.type === 'm.room.message'));
  const members = told.state.filter(({ type }) => type === 'm.room.member').map(({ state_key }) => state_key);
  assert.deepEqual(members, [alice.userId]);
  await alice.refused(400, 'M_NOT_JSON', 'GET', path(last), { query: { filter: '{' } });
  await alice.refused(400, 'M_BAD_JSON', 'GET', path(last), { query: { filter: '{"types":1}' } });
});

test('the state is that at the newest event of the answer, not that of now', async () => {
  const own = await alice.createRoom();
  const before = await alice.sendText(own, 'before');
  await alice.setState(own, 'm.room.topic', '', { topic: 'later' });
  const at = (query: Record<string, string>): Promise<Context> => alice.ok('GET', path(before, own), { query });
  assert.ok(!(await at({ limit: '0' })).state.some(({ type }) => type === 'm.room.topic'));
  assert.ok((await at({ limit: '2' })).state.some(({ type }) => type === 'm.room.topic'));
});

test('who may not see the event learns nothing: another room, a stranger, an event of before one joined', async () => {
  const other = await alice.createRoom();
  await alice.refused(404, 'M_NOT_FOUND', 'GET', path(sent[0] as string, other));
  await alice.refused(404, 'M_NOT_FOUND', 'GET', path('$nothing'));
  await alice.refused(404, 'M_NOT_FOUND', 'GET', path(sent[0] as string, 'no room id'));
  const secret = await alice.sendText(other, 'secret');
  await bob.refused(404, 'M_NOT_FOUND', 'GET', path(secret, other));
  await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', path(secret, other));

  const joined = await alice.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } }],
  });
  const early = await alice.sendText(joined, 'early');
  await bob.join(joined);
  const late = await alice.sendText(joined, 'late');
  await bob.refused(404, 'M_NOT_FOUND', 'GET', path(early, joined));
  const told: Context = await bob.ok('GET', path(late, joined));
  assert.ok(!ids(told.events_before).includes(early), 'AC-04: nor around what they may see');
});
