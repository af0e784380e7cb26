import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';

const paths = ['/_matrix/client/v1/mutual_rooms', '/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms'];

onEachDatabase('mutual rooms', (it) => {
  it('are those in which both are joined now, under the stable and the older name', async ({ alice, bob, carol }) => {
    const shared = await alice.createRoom({ invite: [bob.userId, carol.userId] });
    const asked = await alice.createRoom({ invite: [bob.userId] });
    const over = await alice.createRoom({ invite: [bob.userId] });
    const others = await bob.createRoom({ preset: 'public_chat' });
    await bob.join(shared);
    await bob.join(over);
    await bob.leave(over);
    assert.ok(asked && others);
    for (const path of paths) {
      const between = (client: typeof alice, user: string): Promise<unknown> => client.ok('GET', path, { query: { user_id: user } });
      assert.deepEqual(await between(alice, bob.userId), { joined: [shared], count: 1 });
      assert.deepEqual(await between(bob, alice.userId), { joined: [shared], count: 1 });
      assert.deepEqual(await between(carol, bob.userId), { joined: [], count: 0 });
      assert.deepEqual(await between(alice, '@nobody:elsewhere.test'), { joined: [], count: 0 });
    }
  });

  it('come in pages that together are all of them, with the whole count', async ({ alice, bob, hearth }) => {
    const anna = await hearth.client.register('anna-mutual', 'correct horse battery');
    const rooms = new Set<string>();
    for (let index = 0; index < 503; index += 1) {
      const room = await anna.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      rooms.add(room);
    }
    for (const path of paths) {
      const first = await anna.ok('GET', path, { query: { user_id: bob.userId } });
      assert.deepEqual([first.joined.length, first.count], [500, 503]);
      const second = await anna.ok('GET', path, { query: { user_id: bob.userId, from: first.next_batch } });
      assert.deepEqual([second.joined.length, second.count, second.next_batch], [3, 503, undefined]);
      assert.deepEqual(new Set([...first.joined, ...second.joined]), rooms);
    }
    const old = await anna.ok('GET', paths[1] ?? '', { query: { user_id: bob.userId } });
    assert.equal(
      (await anna.ok('GET', paths[1] ?? '', { query: { user_id: bob.userId, batch_token: old.next_batch_token } })).joined.length,
      3,
    );
    assert.ok(alice);
  });

  it('refuses one’s own id, what is no user id, and tokens that it never gave', async ({ alice, bob }) => {
    for (const path of paths) {
      for (const query of [
        { user_id: alice.userId },
        { user_id: 'bob' },
        { user_id: `@${'x'.repeat(300)}:hearth.test` },
        { user_id: bob.userId, from: 'x' },
        { user_id: bob.userId, from: 'm99999999999999999999' },
      ]) {
        await alice.refused(400, 'M_INVALID_PARAM', 'GET', path, { query });
      }
      await alice.refused(400, 'M_MISSING_PARAM', 'GET', path);
    }
  });
});
