import assert from 'node:assert/strict';

import { onEachServer, type People, password } from '../timeline/people.ts';
import type { Event } from './reference.ts';
import { sleep, systemClock } from '@hearth/kit';
import { clientPath, type Session } from '@hearth/testkit';

const canary = 'words of somebody who is gone';

/** Everything that a client is shown of a room, by every way of reading, as text. */
async function crawl(client: Session, room: string, events: readonly string[]): Promise<string> {
  const answers: unknown[] = [];
  const get = async (path: string, query = {}): Promise<void> => {
    answers.push((await client.request('GET', path, { query })).body);
  };
  for (const id of events) {
    await get(clientPath`/rooms/${room}/event/${id}`);
    await get(clientPath`/events/${id}`);
    await get(clientPath`/rooms/${room}/context/${id}`, { limit: 100 });
    await get(`/_matrix/client/v1/rooms/${encodeURIComponent(room)}/relations/${encodeURIComponent(id)}`);
  }
  for (const dir of ['b', 'f']) await get(clientPath`/rooms/${room}/messages`, { dir, limit: 100 });
  await get(`/_matrix/client/v1/rooms/${encodeURIComponent(room)}/threads`);
  await get(clientPath`/rooms/${room}/initialSync`, { limit: 100 });
  await get(clientPath`/initialSync`, { limit: 100, archived: true });
  await get(clientPath`/sync`, { filter: JSON.stringify({ room: { include_leave: true, timeline: { limit: 100 } } }) });
  await get('/_matrix/client/api/v1/events', { from: 'START', timeout: 0 });
  await get(clientPath`/events`, { from: 'START', room_id: room, timeout: 0 });
  const body = { search_categories: { room_events: { search_term: 'somebody gone', event_context: {} } } };
  answers.push((await client.request('POST', clientPath`/search`, { body })).body);
  return JSON.stringify(answers);
}

function assertHidden(answers: string, words: string): void {
  const at = answers.indexOf(words);
  assert.equal(at, -1, answers.slice(Math.max(0, at - 600), at + 600));
}

async function deactivate(client: Session, name: string, erase: boolean): Promise<void> {
  const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password };
  await client.ok('POST', clientPath`/account/deactivate`, { body: { auth, erase } });
}

let count = 0;

/** A room where somebody said something, in a thread, with an edit and a reference, and then closed their account. */
async function roomOfTheGone({ hearth, alice, bob }: People, erase: boolean): Promise<{ room: string; events: readonly string[] }> {
  const name = `gone${(count += 1)}`;
  const gone = await hearth.client.register(name, password);
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  await gone.join(room);
  const root = await gone.sendText(room, canary);
  const text = (relation: object, more = {}) => ({ msgtype: 'm.text', body: canary, 'm.relates_to': relation, ...more });
  const reply = await gone.send(room, 'm.room.message', text({ rel_type: 'm.thread', event_id: root }));
  const edit = await gone.send(
    room,
    'm.room.message',
    text({ rel_type: 'm.replace', event_id: root }, { 'm.new_content': { msgtype: 'm.text', body: canary } }),
  );
  const own = await alice.sendText(room, 'still here');
  await deactivate(gone, name, erase);
  while (((await alice.getState(room, 'm.room.member', gone.userId)) as { membership: string }).membership === 'join') {
    await sleep(systemClock(), 10);
  }
  return { room, events: [root, reply, edit, own] };
}

onEachServer('people who asked to be erased', (it) => {
  it('are not read by who comes later, by no way of reading; who was there keeps what they could see', async (people) => {
    const { alice, bob, eve } = people;
    const { room, events } = await roomOfTheGone(people, true);
    await eve.join(room);
    const seen = await crawl(eve, room, events);
    assertHidden(seen, canary);
    for (const event of events) assert.ok(seen.includes(event));
    const root = (await eve.event(room, events[0] as string)) as Event;
    assert.deepEqual(root.content, {});
    for (const there of [alice, bob]) assert.ok((await crawl(there, room, events)).split(canary).length > 20);
    // Whoever was there, left, and comes back had seen it.
    await bob.leave(room);
    await bob.join(room);
    assert.deepEqual(((await bob.event(room, events[0] as string)) as Event).content['body'], canary);
  });

  it('whose rooms the world may read are not read by the world', async (people) => {
    const { alice, hearth } = people;
    const stranger = await hearth.client.register(`stranger${(count += 1)}`, password);
    const { room, events } = await roomOfTheGone(people, true);
    await alice.setState(room, 'm.room.history_visibility', '', { history_visibility: 'world_readable' });
    assertHidden(await crawl(stranger, room, events), canary);
  });

  it('differ from those who only closed their account', async (people) => {
    const { eve } = people;
    const { room, events } = await roomOfTheGone(people, false);
    await eve.join(room);
    assert.ok((await crawl(eve, room, events)).includes(canary));
  });

  it('AC-04: a redacted event is shown by no way of reading as it was', async (people) => {
    const { alice, bob, room } = people;
    const secret = 'what somebody took back, and is gone';
    const root = await alice.sendText(room, 'root');
    const relating = (relation: object): Record<string, unknown> => ({ msgtype: 'm.text', body: secret, 'm.relates_to': relation });
    const events = [
      await alice.sendText(room, secret),
      await alice.send(room, 'm.room.message', relating({ rel_type: 'm.thread', event_id: root })),
      await alice.send(room, 'm.room.message', {
        ...relating({ rel_type: 'm.replace', event_id: root }),
        'm.new_content': { msgtype: 'm.text', body: secret },
      }),
      await alice.setState(room, 'm.room.topic', '', { topic: secret }),
    ];
    await alice.setState(room, 'm.room.topic', '', { topic: 'another' });
    assert.ok((await crawl(bob, room, [root, ...events])).split(secret).length > 20);
    for (const event of events) await alice.redact(room, event);
    for (const client of [alice, bob]) assertHidden(await crawl(client, room, [root, ...events]), secret);
  });
});
