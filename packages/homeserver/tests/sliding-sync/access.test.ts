import assert from 'node:assert/strict';

import { allRooms, clientOf, ids, onEachServer, waiting } from './people.ts';
import type { Session } from '@hearth/testkit';

const bodies = (events: readonly { content: { body?: string } }[]): (string | undefined)[] => events.map(({ content }) => content.body);

onEachServer('AC-06: who sees what in sliding sync', (it) => {
  for (const [what, end, membership] of [
    ['a leave', (_alice: Session, bob: Session, room: string) => bob.leave(room), 'leave'],
    ['a kick', (alice: Session, bob: Session, room: string) => alice.kick(room, bob.userId), 'leave'],
    ['a ban', (alice: Session, bob: Session, room: string) => alice.ban(room, bob.userId), 'ban'],
  ] as const) {
    it(`${what} while a request waits is told, and nothing of the room that comes later`, async ({ hearth, somebody }) => {
      const [alice, bob] = [await somebody(), await somebody()];
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      const asks = allRooms(10, {}, [
        ['m.room.member', '$ME'],
        ['m.room.topic', ''],
      ]);
      const client = clientOf(bob, { ...asks, room_subscriptions: { [room]: { timeline_limit: 20, required_state: [['*', '*']] } } });
      await client.sync();
      const answer = client.sync(20_000);
      await waiting(hearth);
      await end(alice, bob, room);
      const told = (await answer).rooms[room];
      assert.equal(told.membership, membership);
      assert.equal(told.timeline.at(-1).content.membership, membership);
      await alice.sendText(room, 'a secret');
      await alice.setState(room, 'm.room.topic', '', { topic: 'secret' });
      for (let count = 0; count < 3; count += 1) {
        client.asks = { ...client.asks, room_subscriptions: { [room]: { timeline_limit: 50 + count, required_state: [['*', '*']] } } };
        const body = JSON.stringify(await client.sync());
        assert.ok(!body.includes('secret'), body);
      }
      const news = JSON.stringify(await clientOf(bob, client.asks).sync());
      assert.ok(!news.includes('secret'), news);
    });
  }

  it('rooms that one is not in cannot be subscribed to, whether or not they exist', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const open = await alice.createRoom({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'world_readable' } }],
    });
    const config = { timeline_limit: 10, required_state: [['*', '*']] };
    const client = clientOf(bob, { room_subscriptions: { [open]: config, '!nowhere:hearth.test': config, odd: config } });
    assert.deepEqual((await client.sync()).rooms, {});
    await alice.sendText(open, 'not for Bob');
    assert.deepEqual((await client.sync()).rooms, {});
    await bob.join(open);
    assert.equal((await client.sync()).rooms[open].initial, true);
    await bob.leave(open);
    assert.equal((await client.sync()).rooms[open].membership, 'leave');
    assert.deepEqual((await clientOf(bob, client.asks).sync()).rooms, {});
  });

  it('who was put out finds the room with the end of it, who left by themselves does not, nor a room that is forgotten', async ({
    somebody,
  }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const rooms: Record<string, string> = {};
    for (const name of ['kicked', 'banned', 'left', 'retracted', 'forgotten', 'stranger']) {
      const room = await alice.createRoom({ preset: 'public_chat', name });
      rooms[name] = room;
      if (name !== 'retracted' && name !== 'stranger') await bob.join(room);
    }
    const { kicked = '', banned = '', left = '', retracted = '', forgotten = '', stranger = '' } = rooms;
    await alice.invite(retracted, bob.userId);
    await alice.sendText(kicked, 'before');
    for (const room of [kicked, retracted, forgotten]) await alice.kick(room, bob.userId);
    for (const room of [banned, stranger]) await alice.ban(room, bob.userId);
    await bob.leave(left);
    await bob.forget(forgotten);
    await alice.sendText(kicked, 'after');
    const body = await clientOf(bob).sync();
    assert.deepEqual(Object.keys(body.rooms).toSorted(), [kicked, banned].toSorted());
    assert.deepEqual([body.rooms[kicked].membership, body.rooms[banned].membership], ['leave', 'ban']);
    const said = bodies(body.rooms[kicked].timeline);
    assert.ok(said.includes('before') && !said.includes('after'), said.join());
  });

  it('who comes back to a room is told it from the start', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const client = clientOf(bob);
    await client.sync();
    await bob.leave(room);
    await client.sync();
    await bob.join(room);
    assert.equal((await client.sync()).rooms[room].initial, true);
    // Where both fell between two answers, what the client has goes on.
    await bob.leave(room);
    await bob.join(room);
    const { initial, timeline } = (await client.sync()).rooms[room];
    assert.deepEqual(
      [initial, timeline.map((event: { content: { membership: string } }) => event.content.membership)],
      [undefined, ['leave', 'join']],
    );
    // Not so when it was told of the end, and of the new beginning only later.
    await bob.leave(room);
    await client.sync();
    client.asks = {};
    await bob.join(room);
    await client.sync();
    await client.sync();
    client.asks = allRooms();
    assert.equal((await client.sync()).rooms[room].initial, true);
  });

  it('what was said before one came in is as hidden as the room wants', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } }],
    });
    await alice.sendText(room, 'among us');
    await bob.join(room);
    await alice.sendText(room, 'welcome');
    const { timeline } = (await clientOf(bob, allRooms(20)).sync()).rooms[room];
    assert.ok(!bodies(timeline).includes('among us'));
    assert.ok(bodies(timeline).includes('welcome'));
  });

  it('people who are ignored neither speak, nor invite, nor wake', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const ignore = { ignored_users: { [alice.userId]: {} } };
    await bob.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/account_data/m.ignored_user_list`, { body: ignore });
    const client = clientOf(bob);
    await client.sync();
    const own = await bob.sendText(room, 'mine');
    await alice.sendText(room, 'hers');
    const other = await alice.createRoom();
    await alice.invite(other, bob.userId);
    const { rooms, lists } = await client.sync();
    assert.deepEqual([Object.keys(rooms), ids(rooms[room].timeline), lists.all.count], [[room], [own], 1]);
    await alice.sendText(room, 'hers again');
    assert.deepEqual((await client.sync()).rooms, {});
  });
});
