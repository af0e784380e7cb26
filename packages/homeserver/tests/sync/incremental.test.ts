import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { newsOf, type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
let bob: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
});
after(() => hearth.stop());

type Event = { type: string; event_id: string; state_key?: string; content: Record<string, unknown>; unsigned?: Record<string, unknown> };
const ids = (events: readonly Event[]): string[] => events.map((event) => event.event_id);

test('with nothing new an answer has only the token', async () => {
  await alice.createRoom();
  const { next_batch: since } = await alice.sync();
  assert.deepEqual(newsOf(await alice.sync({ since })), []);
});

test('a sync goes on exactly where the last one ended, and only with the rooms that have news', async () => {
  const [busy, quiet] = [await alice.createRoom(), await alice.createRoom()];
  const first = await alice.sync();
  const one = await alice.sendText(busy, 'one');
  const two = await alice.setState(busy, 'm.room.topic', '', { topic: 'two' });
  const second = await alice.sync({ since: first.next_batch });
  assert.deepEqual(Object.keys(second.rooms.join), [busy]);
  assert.deepEqual(ids(second.rooms.join[busy].timeline.events), [one, two]);
  assert.deepEqual(second.rooms.join[busy].state.events, []);
  const three = await alice.sendText(busy, 'three');
  const third = await alice.sync({ since: second.next_batch });
  assert.deepEqual(ids(third.rooms.join[busy].timeline.events), [three]);
  // The first token still works and gives all three.
  assert.deepEqual(ids((await alice.sync({ since: first.next_batch })).rooms.join[busy].timeline.events), [one, two, three]);
  assert.equal(third.rooms.join[quiet], undefined);
});

test('a gap tells the state that changed in it, each key once, and closes by messages', async () => {
  const room = await alice.createRoom({ name: 'Zero' });
  const { next_batch: since } = await alice.sync();
  await alice.setState(room, 'm.room.name', '', { name: 'One' });
  const name = await alice.setState(room, 'm.room.name', '', { name: 'Two' });
  const sent: string[] = [];
  for (let count = 0; count < 12; count += 1) sent.push(await alice.sendText(room, `message ${count}`));
  const topic = await alice.setState(room, 'm.room.topic', '', { topic: 'shown' });
  const { timeline, state } = (await alice.sync({ since })).rooms.join[room];
  assert.equal(timeline.limited, true);
  assert.deepEqual(ids(timeline.events), [...sent.slice(-9), topic]);
  assert.deepEqual(ids(state.events), [name]);
  const gap = await alice.messages(room, { from: timeline.prev_batch, to: since, dir: 'b', limit: 100 });
  assert.deepEqual(ids(gap.chunk).toReversed().slice(2), sent.slice(0, 3));
  assert.equal(gap.chunk.length, 5);
});

test('state that a gap and the timeline both change is told as it was at the start of the timeline', async () => {
  const room = await alice.createRoom({ name: 'Zero' });
  const { next_batch: since } = await alice.sync();
  const inGap = await alice.setState(room, 'm.room.name', '', { name: 'in the gap' });
  for (let count = 0; count < 9; count += 1) await alice.sendText(room, `message ${count}`);
  const shown = await alice.setState(room, 'm.room.name', '', { name: 'shown' });
  const plain = (await alice.sync({ since })).rooms.join[room];
  assert.deepEqual([ids(plain.state.events), plain.timeline.events.at(-1).event_id], [[inGap], shown]);
  const after = (await alice.sync({ since, 'org.matrix.msc4222.use_state_after': true })).rooms.join[room];
  assert.deepEqual([ids(after.state_after.events), after.state], [[shown], undefined]);
});

test('full_state gives all state again, answers at once and keeps the timeline to what is new', async () => {
  const room = await alice.createRoom({ name: 'Full' });
  const { next_batch: since } = await alice.sync();
  const body = await alice.sync({ since, full_state: true, timeout: 60_000 });
  const { state, timeline } = body.rooms.join[room];
  assert.deepEqual(timeline.events, []);
  assert.ok(state.events.some((event: Event) => event.type === 'm.room.create'));
  const message = await alice.sendText(room, 'new');
  const again = (await alice.sync({ since, full_state: true })).rooms.join[room];
  assert.deepEqual(ids(again.timeline.events), [message]);
  assert.ok(again.state.events.some((event: Event) => event.type === 'm.room.name'));
});

test('a redacted event comes redacted, with the redaction beside it', async () => {
  const room = await alice.createRoom();
  const { next_batch: since } = await alice.sync();
  const message = await alice.sendText(room, 'a secret');
  const redaction = await alice.redact(room, message, { reason: 'oops' });
  const [first, second] = (await alice.sync({ since })).rooms.join[room].timeline.events as Event[];
  assert.deepEqual([first?.event_id, first?.content], [message, {}]);
  assert.equal((first?.unsigned?.['redacted_because'] as Event | undefined)?.event_id, redaction);
  assert.deepEqual([second?.event_id, second?.content['redacts']], [redaction, message]);
});

test('only the device that sent an event finds its transaction id in it', async () => {
  const room = await alice.createRoom();
  const phone = await hearth.client.login('alice', 'password of alice');
  const { next_batch: since } = await alice.sync();
  await alice.send(room, 'm.room.message', { msgtype: 'm.text', body: 'x' }, 'my-transaction');
  const unsignedFor = async (session: Session): Promise<unknown> => {
    const body = await session.sync({ since });
    return body.rooms.join[room].timeline.events[0].unsigned.transaction_id;
  };
  assert.deepEqual([await unsignedFor(alice), await unsignedFor(phone)], ['my-transaction', undefined]);
});

test('events tell what they replaced and who the reader was then', async () => {
  const room = await alice.createRoom({ preset: 'public_chat', name: 'Old' });
  const { next_batch: since } = await alice.sync();
  await alice.setState(room, 'm.room.name', '', { name: 'New' });
  await bob.join(room);
  const event = (await bob.sync()).rooms.join[room].timeline.events.find((each: Event) => each.content['name'] === 'New') as Event;
  assert.deepEqual(event.unsigned?.['prev_content'], { name: 'Old' });
  assert.equal(event.unsigned?.['membership'], 'leave');
  const own = (await alice.sync({ since })).rooms.join[room].timeline.events[0] as Event;
  assert.equal(own.unsigned?.['membership'], 'join');
});

test('a state event that is shown, and whose successor is hidden, does not outlive it in what a client believes', async () => {
  const place = await alice.createRoom({ preset: 'public_chat' });
  await alice.setState(place, 'org.example.key', '', { value: 'outdated' });
  await alice.setState(place, 'm.room.history_visibility', '', { history_visibility: 'joined' });
  const hidden = await alice.setState(place, 'org.example.key', '', { value: 'present' });
  const carol = await hearth.client.register('latecomer', 'password of carol');
  const { next_batch: since } = await carol.sync();
  await carol.join(place);
  for (const from of [undefined, since]) {
    const { state, timeline } = (await carol.sync({ since: from, filter: JSON.stringify({ room: { timeline: { limit: 100 } } }) })).rooms
      .join[place];
    const told = [...state.events, ...timeline.events].filter((event: { type: string }) => event.type === 'org.example.key');
    assert.deepEqual(
      told.map((event: { event_id: string }) => event.event_id),
      [hidden],
    );
    assert.equal(timeline.limited, true);
    const { chunk } = await carol.messages(place, { dir: 'b', from: timeline.prev_batch, limit: 100 });
    assert.ok(
      chunk.some((event: { content: { value?: string } }) => event.content.value === 'outdated'),
      'the rest is a page away',
    );
  }
});
