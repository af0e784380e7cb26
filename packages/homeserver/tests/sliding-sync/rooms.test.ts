import assert from 'node:assert/strict';

import { allRooms, clientOf, ids, onEachServer, waiting } from './people.ts';

onEachServer('rooms of sliding sync', (it) => {
  it('a first answer shows the newest rooms first, each as it stands, and later ones only what changed', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const rooms = [];
    for (const name of ['one', 'two', 'three']) rooms.push(await alice.createRoom({ preset: 'public_chat', name, topic: `about ${name}` }));
    const [one = '', two = '', three = ''] = rooms;
    await bob.join(one);
    const said = await alice.sendText(one, 'hello');
    const client = clientOf(alice, { lists: { top: { ranges: [[0, 1]], timeline_limit: 2, required_state: [['m.room.topic', '']] } } });
    const first = await client.sync();
    assert.deepEqual([Object.keys(first.rooms), first.lists], [[one, three], { top: { count: 3 } }]);
    const {
      timeline,
      initial,
      limited,
      name,
      joined_count: joined,
      num_live: live,
      lists,
      membership,
      prev_batch: prevBatch,
    } = first.rooms[one];
    assert.deepEqual([initial, limited, name, joined, live, lists, membership], [true, true, 'one', 2, 0, ['top'], 'join']);
    assert.equal(timeline.length, 2);
    assert.equal(timeline[1].event_id, said);
    assert.deepEqual(
      first.rooms[one].required_state.map((event: { content: { topic: string } }) => event.content.topic),
      ['about one'],
    );
    const older = await alice.messages(one, { dir: 'b', from: prevBatch, limit: 1 });
    assert.notEqual(older.chunk[0].event_id, timeline[0].event_id);

    assert.deepEqual((await client.sync()).rooms, {});
    const news = await alice.sendText(three, 'news');
    const second = await client.sync();
    assert.deepEqual(Object.keys(second.rooms), [three]);
    assert.deepEqual([ids(second.rooms[three].timeline), second.rooms[three].num_live], [[news], 1]);
    for (const absent of ['initial', 'name', 'heroes', 'joined_count', 'required_state', 'is_dm'])
      assert.ok(!(absent in second.rooms[three]), absent);

    // A room comes into the window with an event: it is told from the start, and one event of it has just come.
    await alice.sendText(two, 'up');
    const third = await client.sync();
    assert.deepEqual([Object.keys(third.rooms), third.rooms[two].initial, third.rooms[two].num_live], [[two], true, 1]);
  });

  it('what a room out of the window heard meanwhile is told when it comes back, with a gap where there is too much', async ({
    somebody,
  }) => {
    const alice = await somebody();
    const [one, two] = [await alice.createRoom({ name: 'one' }), await alice.createRoom({ name: 'two' })];
    const client = clientOf(alice, allRooms(3));
    await client.sync();
    client.asks = { lists: {} };
    const said = [await alice.sendText(one, 'a'), await alice.sendText(one, 'b')];
    for (const text of ['c', 'd', 'e', 'f']) await alice.sendText(two, text);
    await alice.setState(two, 'm.room.name', '', { name: 'two again' });
    assert.deepEqual((await client.sync()).rooms, {});
    await client.sync();
    client.asks = allRooms(3);
    const { rooms } = await client.sync();
    assert.deepEqual(Object.keys(rooms).toSorted(), [one, two].toSorted());
    assert.deepEqual([ids(rooms[one].timeline), rooms[one].limited, rooms[one].initial], [said, false, undefined]);
    assert.deepEqual([rooms[two].timeline.length, rooms[two].limited, rooms[two].name], [3, true, 'two again']);
    assert.deepEqual((await client.sync()).rooms, {});
  });

  it('a greater timeline_limit brings the older events at once, and not again', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const said: string[] = [];
    for (let count = 0; count < 8; count += 1) said.push(await alice.sendText(room, `${count}`));
    const client = clientOf(alice, allRooms(1));
    await client.sync();
    assert.deepEqual(ids(client.room(room).timeline), said.slice(-1));
    client.asks = { ...client.asks, room_subscriptions: { [room]: { timeline_limit: 6, required_state: [] } } };
    const more = await client.sync(20_000);
    assert.deepEqual(
      [more.rooms[room].unstable_expanded_timeline, ids(more.rooms[room].timeline), more.rooms[room].num_live],
      [true, said.slice(-6), 0],
    );
    assert.equal(more.rooms[room].initial, undefined);
    assert.deepEqual((await client.sync()).rooms, {});
    // Back and forth: the client has them.
    client.asks = allRooms(1);
    await client.sync();
    client.asks = allRooms(6);
    assert.deepEqual((await client.sync()).rooms, {});
    said.push(await alice.sendText(room, 'more'));
    await client.sync();
    assert.deepEqual(ids(client.room(room).timeline), said.slice(-7));
    // After a gap it has less.
    client.asks = allRooms(1);
    for (const text of ['x', 'y']) said.push(await alice.sendText(room, text));
    await client.sync();
    client.asks = allRooms(3);
    assert.deepEqual(ids((await client.sync()).rooms[room].timeline), said.slice(-3));
  });

  it('a small room is told once, however far the timeline_limit grows', async ({ somebody }) => {
    const alice = await somebody();
    await alice.createRoom();
    const client = clientOf(alice, allRooms(50));
    await client.sync();
    client.asks = allRooms(100);
    assert.deepEqual((await client.sync()).rooms, {});
  });

  it('an invitation comes with stripped state, and becomes a room when it is accepted', async ({ hearth, somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const client = clientOf(bob, allRooms(10, {}, [['m.room.member', '$ME']]));
    await client.sync();
    const room = await alice.createRoom({ name: 'private', preset: 'private_chat' });
    const waits = client.sync(20_000);
    await waiting(hearth);
    await alice.invite(room, bob.userId);
    const { rooms } = await waits;
    const { invite_state: stripped, membership, timeline, name } = rooms[room];
    assert.deepEqual([membership, timeline, name], ['invite', undefined, undefined]);
    const types = stripped.map((event: { type: string }) => event.type);
    assert.ok(
      ['m.room.create', 'm.room.name', 'm.room.member'].every((type) => types.includes(type)),
      types.join(),
    );
    await bob.join(room);
    const joined = (await client.sync()).rooms[room];
    assert.deepEqual([joined.initial, joined.membership, joined.name, joined.invite_state], [true, 'join', 'private', undefined]);
    assert.deepEqual(
      joined.required_state.map((event: { content: { membership: string } }) => event.content.membership),
      ['join'],
    );
  });

  it('a knock is shown as one', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({ initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }] });
    await bob.setState(room, 'm.room.member', bob.userId, { membership: 'knock' });
    const { rooms } = await clientOf(bob).sync();
    assert.deepEqual([rooms[room].membership, rooms[room].invite_state, rooms[room].knock_state.length > 0], ['knock', undefined, true]);
  });

  it('names, avatars and topics that go are told to be gone', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom({ name: 'named' });
    await alice.setState(room, 'm.room.avatar', '', { url: 'mxc://hearth.test/a' });
    const client = clientOf(alice);
    await client.sync();
    assert.deepEqual([client.room(room).name, client.room(room).avatar], ['named', 'mxc://hearth.test/a']);
    await alice.setState(room, 'm.room.name', '', {});
    await alice.setState(room, 'm.room.avatar', '', {});
    const told = (await client.sync()).rooms[room];
    assert.deepEqual([told.name, told.avatar, told.heroes], [null, null, []]);
  });

  it('a room without a name has heroes, with what they call themselves', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.ok('PUT', `/_matrix/client/v3/profile/${encodeURIComponent(bob.userId)}/displayname`, { body: { displayname: 'Bob' } });
    await bob.join(room);
    const client = clientOf(alice);
    await client.sync();
    assert.deepEqual([client.room(room).heroes, client.room(room).joined], [[{ user_id: bob.userId, displayname: 'Bob' }], 2]);
  });

  it('counts of what is unread come with events and go with a receipt, also a private one', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const client = clientOf(bob);
    await client.sync();
    let last = '';
    for (const type of ['m.read', 'm.read.private']) {
      await alice.sendText(room, 'unread');
      last = await alice.send(room, 'm.room.message', { msgtype: 'm.text', body: 'you', 'm.mentions': { user_ids: [bob.userId] } });
      await client.sync();
      assert.deepEqual([client.room(room).unread, client.room(room).highlights], [2, 1]);
      await bob.ok('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/receipt/${type}/${encodeURIComponent(last)}`, {
        body: {},
      });
      await client.syncUntil('the receipt to count', () => client.room(room).unread === 0 && client.room(room).highlights === 0);
    }
  });

  it('bump stamps follow what is said and not who comes and goes', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const [quiet, loud] = [await alice.createRoom({ preset: 'public_chat' }), await alice.createRoom({ preset: 'public_chat' })];
    const client = clientOf(alice);
    await client.sync();
    const before = client.room(quiet).bumpStamp;
    await alice.sendText(loud, 'hear hear');
    await bob.join(quiet);
    const { rooms } = await client.sync();
    assert.equal(rooms[quiet].bump_stamp, undefined);
    assert.ok(rooms[loud].bump_stamp > before);
    await bob.sendText(quiet, 'me too');
    await client.sync();
    assert.ok(client.room(quiet).bumpStamp > client.room(loud).bumpStamp);
  });

  it('direct rooms are shown as such from when m.direct names them', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const direct = (content: object): Promise<unknown> =>
      alice.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(alice.userId)}/account_data/m.direct`, { body: content });
    const client = clientOf(alice);
    await client.sync();
    assert.equal(client.room(room).isDirect, false);
    await direct({ '@bob:hearth.test': [room], '@odd:hearth.test': 7 });
    await client.sync();
    assert.equal(client.room(room).isDirect, true);
    await direct({});
    assert.equal((await client.sync()).rooms[room].is_dm, false);
  });
});
