import assert from 'node:assert/strict';

import { allRooms, clientOf, onEachServer } from './people.ts';
import type { Session } from '@hearth/testkit';

const account = (who: Session, path: string, body: object): Promise<unknown> =>
  who.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(who.userId)}/${path}`, { body });
const stateOf = (events: readonly { type: string; state_key: string }[] = []): string[] =>
  events.map(({ type, state_key: key }) => `${type}|${key}`).toSorted();

onEachServer('lists of sliding sync', (it) => {
  it('filters choose rooms, each for itself and all together', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const plain = await alice.createRoom({ name: 'Plain Talk' });
    const secret = await alice.createRoom({
      name: 'Secret',
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    const space = await alice.createRoom({ name: 'Space', creation_content: { type: 'm.space' } });
    await alice.setState(space, 'm.space.child', secret, { via: ['hearth.test'] });
    await alice.setState(space, 'm.space.child', plain, {});
    const foreign = await bob.createRoom({ creation_content: { type: 'm.space' }, preset: 'public_chat' });
    await bob.setState(foreign, 'm.space.child', plain, { via: ['hearth.test'] });
    const invited = await bob.createRoom({ name: 'Come in' });
    await bob.invite(invited, alice.userId);
    await account(alice, 'account_data/m.direct', { [bob.userId]: [plain] });
    await account(alice, `rooms/${encodeURIComponent(plain)}/account_data/m.tag`, { tags: { 'm.favourite': {}, 'u.work': {} } });
    await account(alice, `rooms/${encodeURIComponent(secret)}/account_data/m.tag`, { tags: { 'u.work': {} } });
    const names = new Map([
      [plain, 'plain'],
      [secret, 'secret'],
      [space, 'space'],
      [invited, 'invited'],
    ]);
    for (const [filters, expected] of [
      [{}, ['plain', 'secret', 'space', 'invited']],
      [{ is_dm: true }, ['plain']],
      [{ is_dm: false }, ['secret', 'space', 'invited']],
      [{ is_encrypted: true }, ['secret']],
      [{ is_encrypted: false, is_invite: false }, ['plain', 'space']],
      [{ is_invite: true }, ['invited']],
      [{ is_invited: true }, ['invited']],
      [{ room_types: ['m.space'] }, ['space']],
      [{ room_types: [null] }, ['plain', 'secret', 'invited']],
      [{ room_types: [null, 'm.space'], not_room_types: ['m.space'] }, ['plain', 'secret', 'invited']],
      [{ not_room_types: [null] }, ['space']],
      [{ room_types: [] }, []],
      [{ room_name_like: 'TALK' }, ['plain']],
      [{ room_name_like: '' }, ['plain', 'secret', 'space', 'invited']],
      [{ spaces: [space] }, ['secret']],
      [{ spaces: [foreign, 'odd', '!no:where'] }, []],
      [{ tags: ['u.work'] }, ['plain', 'secret']],
      [{ tags: ['u.work'], not_tags: ['m.favourite'] }, ['secret']],
      [{ not_tags: ['u.work'] }, ['space', 'invited']],
      [{ is_dm: true, tags: ['nothing'] }, []],
    ] as const) {
      const { rooms, lists } = await clientOf(alice, allRooms(1, { filters })).sync();
      const found = Object.keys(rooms).map((room) => names.get(room) ?? room);
      assert.deepEqual([found.toSorted(), lists.all.count], [[...expected].toSorted(), expected.length], JSON.stringify(filters));
    }
  });

  it('a room enters and leaves a list as what the filter asks about changes', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom({ name: 'one' });
    const client = clientOf(alice, allRooms(1, { filters: { is_encrypted: true } }));
    assert.deepEqual([(await client.sync()).rooms, client.counts.get('all')], [{}, 0]);
    await alice.setState(room, 'm.room.encryption', '', { algorithm: 'm.megolm.v1.aes-sha2' });
    assert.equal((await client.sync()).rooms[room].initial, true);
    assert.equal(client.counts.get('all'), 1);
    await account(alice, `rooms/${encodeURIComponent(room)}/account_data/m.tag`, { tags: { 'm.lowpriority': {} } });
    client.asks = allRooms(1, { filters: { is_encrypted: true, not_tags: ['m.lowpriority'] } });
    await client.sync();
    assert.equal(client.counts.get('all'), 0);
  });

  it('a growing range brings the rooms that are new in it, and a room of several lists comes once with all that they ask for', async ({
    somebody,
  }) => {
    const alice = await somebody();
    const rooms: string[] = [];
    for (let count = 0; count < 6; count += 1) rooms.unshift(await alice.createRoom({ name: `room ${count}`, topic: 'topic' }));
    const list = (ranges: number[][], timeline: number, required: string[][]): object => ({
      ranges,
      timeline_limit: timeline,
      required_state: required,
    });
    const client = clientOf(alice, { lists: { a: list([[0, 1]], 1, [['m.room.name', '']]) } });
    assert.deepEqual(Object.keys((await client.sync()).rooms), rooms.slice(0, 2));
    client.asks = { lists: { a: list([[0, 3]], 1, [['m.room.name', '']]) } };
    assert.deepEqual(Object.keys((await client.sync(20_000)).rooms), rooms.slice(2, 4));
    // Several ranges, in any order and over each other.
    client.asks = {
      lists: {
        a: list(
          [
            [5, 5],
            [2, 3],
            [0, 3],
          ],
          1,
          [['m.room.name', '']],
        ),
      },
    };
    assert.deepEqual(Object.keys((await client.sync(20_000)).rooms), [rooms[5]]);
    client.asks = { lists: { a: list([[0, 99999]], 1, [['m.room.name', '']]), b: list([[4, 4]], 3, [['m.room.topic', '']]) } };
    const { rooms: told, lists } = await client.sync();
    assert.deepEqual([Object.keys(told), lists], [[rooms[4]], { a: { count: 6 }, b: { count: 6 } }]);
    const { timeline, required_state: state, lists: of } = told[rooms[4] as string];
    assert.deepEqual([timeline.length, stateOf(state), of], [3, ['m.room.name|', 'm.room.topic|'], ['a', 'b']]);
    // Without ranges a list is all of its rooms.
    const all = await clientOf(alice, { lists: { all: { timeline_limit: 1 } } }).sync();
    assert.equal(Object.keys(all.rooms).length, 6);
  });

  it('required_state is told by type and key, with wildcards and $ME', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({ preset: 'public_chat', name: 'name' });
    await bob.join(room);
    await alice.setState(room, 'org.test', 'a', {});
    await alice.setState(room, 'org.test', 'b', {});
    await alice.setState(room, 'org.other', 'a', {});
    const members = [`m.room.member|${alice.userId}`, `m.room.member|${bob.userId}`].toSorted();
    const fixed = [
      'm.room.create|',
      'm.room.guest_access|',
      'm.room.history_visibility|',
      'm.room.join_rules|',
      'm.room.name|',
      'm.room.power_levels|',
    ];
    const own = ['org.other|a', 'org.test|a', 'org.test|b'];
    for (const [required, expected] of [
      [[], []],
      [[['m.room.name', '']], ['m.room.name|']],
      [[['org.test', '*']], ['org.test|a', 'org.test|b']],
      [[['*', 'a']], ['org.other|a', 'org.test|a']],
      [[['m.room.member', '$ME']], [`m.room.member|${alice.userId}`]],
      [[['*', '$ME']], [`m.room.member|${alice.userId}`]],
      [[['m.room.member', '*']], members],
      [[['*', '*']], [...fixed, ...own, ...members]],
      [
        [
          ['m.room.name', ''],
          ['m.room.name', ''],
          ['nothing', 'here'],
        ],
        ['m.room.name|'],
      ],
    ] as const) {
      const told = await clientOf(alice, allRooms(0, {}, required)).sync();
      assert.deepEqual(stateOf(told.rooms[room].required_state), [...expected].toSorted(), JSON.stringify(required));
    }
  });

  it('with $LAZY members come with what they say, once, and no wildcard brings the others', async ({ somebody }) => {
    const [alice, bob, carol] = [await somebody(), await somebody(), await somebody()];
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await carol.join(room);
    await bob.sendText(room, 'hello');
    const membersOf = (told: { required_state?: { type: string; state_key: string }[] }): string[] =>
      (told.required_state ?? []).filter(({ type }) => type === 'm.room.member').map(({ state_key: key }) => key);
    const client = clientOf(
      alice,
      allRooms(1, {}, [
        ['*', '*'],
        ['m.room.member', '$LAZY'],
        ['m.room.member', '$ME'],
      ]),
    );
    assert.deepEqual(membersOf((await client.sync()).rooms[room]).toSorted(), [alice.userId, bob.userId].toSorted());
    await bob.sendText(room, 'hello again');
    assert.deepEqual(membersOf((await client.sync()).rooms[room]), []);
    await carol.sendText(room, 'me too');
    const { body: lost } = await client.request();
    assert.deepEqual(membersOf(lost.rooms[room]), [carol.userId]);
    assert.deepEqual(membersOf((await client.sync()).rooms[room]), [carol.userId]);
    const dora = await somebody();
    await dora.join(room);
    assert.deepEqual(membersOf((await client.sync()).rooms[room]), [dora.userId]);
    await alice.kick(room, bob.userId);
    assert.deepEqual(membersOf((await client.sync()).rooms[room]), [bob.userId]);
    // In a gap only those are told whom the timeline shows.
    await dora.leave(room);
    await carol.sendText(room, 'and then there were two');
    const { limited, required_state: state } = (await client.sync()).rooms[room];
    assert.deepEqual([limited, state], [true, undefined]);
  });

  it('a wish for more state is fulfilled at once, and a wish for less costs nothing', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom({ name: 'name', topic: 'topic' });
    const client = clientOf(alice, allRooms(1, {}, [['m.room.name', '']]));
    await client.sync();
    client.asks = allRooms(1, {}, [
      ['m.room.name', ''],
      ['m.room.topic', ''],
    ]);
    assert.deepEqual(stateOf((await client.sync(20_000)).rooms[room].required_state), ['m.room.topic|']);
    client.asks = allRooms(1, {}, [['m.room.topic', '']]);
    assert.deepEqual((await client.sync()).rooms, {});
    await alice.setState(room, 'm.room.name', '', { name: 'other' });
    const told = (await client.sync()).rooms[room];
    assert.deepEqual([told.name, told.required_state], ['other', undefined]);
    client.asks = allRooms(1, {}, [['*', '']]);
    assert.ok(stateOf((await client.sync()).rooms[room].required_state).includes('m.room.name|'));
  });
});
