import assert from 'node:assert/strict';

import { onEachEngine } from '@hearth/storage/testing';
import { type Session, startHearth } from '@hearth/testkit';

const api = '/_matrix/client/api/v1';
const status = (userId: string): string => `${api}/presence/${encodeURIComponent(userId)}/status`;
const list = (userId: string): string => `${api}/presence/list/${encodeURIComponent(userId)}`;

type People = { readonly alice: Session; readonly bob: Session; readonly stranger: Session; readonly room: string };

/** Alice and Bob in a room, and somebody who is not. */
function withPeople(name: string, run: (people: People) => Promise<void>): void {
  onEachEngine(name, async ({ database, url }) => {
    const hearth = await startHearth({ env: { HEARTH_PRESENCE: 'on', ...(database.engine === 'sqlite' ? {} : { HEARTH_DATABASE: url }) } });
    try {
      const [alice, bob, stranger] = [
        await hearth.client.register('alice', 'a good password'),
        await hearth.client.register('bob', 'a good password'),
        await hearth.client.register('stranger', 'a good password'),
      ];
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      await run({ alice, bob, stranger, room });
    } finally {
      await hearth.stop();
    }
  });
}

withPeople('free_for_chat and hidden are words of 2015: one is online for everybody else, the other is offline', async ({ alice, bob }) => {
  await alice.ok('PUT', status(alice.userId), { body: { presence: 'free_for_chat' } });
  const { last_active_ago: ago, ...seen } = await bob.ok('GET', status(alice.userId));
  assert.deepEqual(seen, { presence: 'free_for_chat', status_msg: null });
  assert.ok(ago >= 0);
  assert.equal((await bob.ok('GET', status(alice.userId).replace('/api/v1/', '/v3/'))).presence, 'online');
  await alice.ok('PUT', status(alice.userId), { body: { presence: 'hidden', status_msg: 'away' } });
  const hidden = await bob.ok('GET', status(alice.userId));
  assert.deepEqual([hidden.presence, hidden.status_msg], ['offline', 'away']);
  // Reading the stream of events cannot say how one is, and does not undo what was said.
  await alice.ok('GET', `${api}/events`, { query: { timeout: 0 } });
  assert.equal((await bob.ok('GET', status(alice.userId))).presence, 'offline');
});

withPeople('who may not be seen is not there, and one speaks for oneself only', async ({ alice, bob, stranger }) => {
  for (const userId of [alice.userId, '@nobody:hearth.test']) await stranger.refused(404, 'M_NOT_FOUND', 'GET', status(userId));
  await bob.refused(403, 'M_FORBIDDEN', 'PUT', status(alice.userId), { body: { presence: 'online' } });
  for (const body of [{}, { presence: 1 }, { presence: 'busy' }, { presence: null }, { presence: 'hidden', status_msg: 7 }, []])
    assert.equal((await alice.request('PUT', status(alice.userId), { body })).status, 400);
});

withPeople('initialSync and events tell who is online, with the user in the content', async ({ alice, bob, stranger }) => {
  const { end } = await bob.ok('GET', `${api}/initialSync`);
  for (const client of [alice, stranger]) await client.ok('PUT', status(client.userId), { body: { presence: 'unavailable' } });
  const seen = (events: { type: string; content: { user_id: string; presence: string } }[]): string[][] =>
    events
      .filter(({ type }) => type === 'm.presence')
      .map(({ content }) => [content.user_id, content.presence])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const alices = [alice.userId, 'unavailable'];
  const { chunk } = await bob.ok('GET', `${api}/events`, { query: { from: end, timeout: 0 } });
  assert.deepEqual(seen(chunk), [alices, [bob.userId, 'online']]);
  assert.deepEqual(seen((await bob.ok('GET', `${api}/initialSync`)).presence), [alices, [bob.userId, 'online']]);
});

withPeople('a list shows those on it who share a room, for its owner alone', async ({ alice, bob, stranger }) => {
  await bob.ok('PUT', `/_matrix/client/v3/profile/${encodeURIComponent(bob.userId)}/displayname`, { body: { displayname: 'Bob' } });
  await bob.ok('PUT', status(bob.userId), { body: { presence: 'unavailable' } });
  assert.deepEqual(await alice.ok('GET', list(alice.userId)), []);
  assert.deepEqual(await alice.ok('POST', list(alice.userId), { body: { invite: [bob.userId, stranger.userId] } }), {});
  const read = async (): Promise<[string, string, string][]> =>
    (await alice.ok('GET', list(alice.userId))).map(({ type, content }: { type: string; content: Record<string, string> }) => {
      assert.equal(type, 'm.presence');
      return [content['user_id'], content['presence'], content['displayname']];
    });
  assert.deepEqual(await read(), [[bob.userId, 'unavailable', 'Bob']]);
  for (const method of ['GET', 'POST'])
    await bob.refused(403, 'M_FORBIDDEN', method, list(alice.userId), method === 'POST' ? { body: {} } : {});
  await alice.refused(404, 'M_NOT_FOUND', 'POST', list(alice.userId), { body: { drop: [bob.userId], invite: ['@nobody:hearth.test'] } });
  await alice.refused(400, 'M_INVALID_PARAM', 'POST', list(alice.userId), { body: { invite: ['nobody'] } });
  await alice.refused(400, 'M_INVALID_PARAM', 'POST', list(alice.userId), {
    body: { invite: Array.from({ length: 501 }, () => bob.userId) },
  });
  assert.equal((await read()).length, 1);
  for (const body of [{ invite: bob.userId }, { invite: [7] }, { drop: {} }, { drop: [null] }, []])
    assert.equal((await alice.request('POST', list(alice.userId), { body })).status, 400);
  assert.equal((await read()).length, 1);
  await alice.ok('POST', list(alice.userId), { body: { drop: [bob.userId] } });
  assert.deepEqual(await read(), []);
});
