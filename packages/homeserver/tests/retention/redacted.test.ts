import assert from 'node:assert/strict';

import { IndexPages } from '../../src/search/index-pages.ts';
import { rewriteIndex } from '../../src/search/jobs/rewrite-index.ts';
import { onEachDatabase } from '../rooms/place.ts';
import { placesOf } from './everywhere.ts';
import { clientPath, type Session } from '@hearth/testkit';

const canary = 'yellowcanaryfeather';
const v1 = (path: string): string => path.replace('/v3', '/v1');

/** Which of the answers that show events of a room hold the word. */
async function shownIn(session: Session, room: string, ids: readonly string[], since: string): Promise<number[]> {
  const get = async (path: string, query = {}): Promise<unknown> => (await session.request('GET', path, { query })).body;
  const search = { search_categories: { room_events: { search_term: canary } } };
  const answers = [
    await session.sync(),
    await session.sync({ since }),
    await session.sync({ full_state: true }),
    await session.messages(room, { dir: 'b', limit: 100 }),
    await session.messages(room, { dir: 'f', limit: 100 }),
    await get(clientPath`/rooms/${room}/state`),
    await get(clientPath`/rooms/${room}/members`),
    await get(clientPath`/rooms/${room}/initialSync`),
    await get('/_matrix/client/v3/initialSync'),
    await get(v1(clientPath`/rooms/${room}/threads`)),
    // Without the words that were looked for, which it repeats.
    (await session.ok('POST', clientPath`/search`, { body: search })).search_categories.room_events.results,
  ];
  for (const id of ids) {
    answers.push(await session.event(room, id));
    answers.push(await get(clientPath`/rooms/${room}/context/${id}`));
    answers.push(await get(v1(clientPath`/rooms/${room}/relations/${id}`), { recurse: true }));
  }
  return answers.flatMap((answer, index) => (JSON.stringify(answer ?? null).includes(canary) ? [index] : []));
}

onEachDatabase('EA-10: what was redacted', (it) => {
  it('is nowhere any more: in no answer, in no table, and after the index was rewritten not in its file', async ({
    hearth,
    alice,
    bob,
  }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const { next_batch: since } = await alice.sync();
    const text = (body: string, more = {}) => ({ msgtype: 'm.text', body, ...more });
    const root = await bob.sendText(room, 'the root');
    const ids = [
      await bob.sendText(room, `said ${canary}`),
      await bob.send(
        room,
        'm.room.message',
        text(`* ${canary}`, { 'm.new_content': text(canary), 'm.relates_to': { rel_type: 'm.replace', event_id: root } }),
      ),
      await bob.send(room, 'm.room.message', text(canary, { 'm.relates_to': { rel_type: 'm.thread', event_id: root } })),
      await bob.send(room, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: root, key: canary } }),
      await alice.setState(room, 'm.room.topic', '', { topic: `about ${canary}` }),
      await alice.setState(room, 'org.example.custom', '', { deep: { [canary]: 1 } }),
      await bob.setState(room, 'm.room.member', bob.userId, { membership: 'join', displayname: canary }),
      await bob.send(room, canary.slice(0, 5), { body: canary, 'm.mentions': { user_ids: [alice.userId] } }),
    ];
    assert.ok((await shownIn(alice, room, ids, since)).length > 20);
    assert.notDeepEqual(await placesOf(canary, hearth.server), []);

    for (const id of ids) await alice.redact(room, id);
    assert.deepEqual(await shownIn(alice, room, ids, since), []);
    assert.deepEqual(
      (await placesOf(canary, hearth.server)).filter((place) => place !== 'search_data.block'),
      [],
    );
    await rewriteIndex(new IndexPages(hearth.server.database), 1_000).run({}, new AbortController().signal);
    assert.deepEqual(await placesOf(canary, hearth.server), []);
  });

  it('stays findable where it was not redacted, also after the index was rewritten in parts', async ({ hearth, alice }) => {
    const room = await alice.createRoom();
    const kept = await alice.sendText(room, 'kept words');
    const search = { search_categories: { room_events: { search_term: 'kept' } } };
    const found = async () => (await alice.ok('POST', clientPath`/search`, { body: search })).search_categories.room_events.count;
    assert.equal(await found(), 1);
    const { run } = rewriteIndex(new IndexPages(hearth.server.database), 1_000);
    assert.deepEqual(
      await run({}, AbortSignal.abort()),
      hearth.server.database.engine === 'sqlite' ? await run({}, AbortSignal.abort()) : { next: {}, afterMs: 1_000 },
    );
    assert.deepEqual(await run({ left: 300 }, new AbortController().signal), { next: {}, afterMs: 1_000 });
    assert.equal(await found(), 1);
    assert.equal((await alice.event(room, kept)).content.body, 'kept words');
  });
});
