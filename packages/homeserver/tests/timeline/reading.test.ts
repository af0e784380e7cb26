import assert from 'node:assert/strict';

import { closedRooms, type Event, olderPrefixes, onEachServer, under } from './people.ts';
import { clientPath, type Session } from '@hearth/testkit';

const eventPath = (room: string, event: string): string => clientPath`/rooms/${room}/event/${event}`;
const membersPath = (room: string): string => clientPath`/rooms/${room}/members`;
const joinedPath = (room: string): string => clientPath`/rooms/${room}/joined_members`;

onEachServer('reading single events', (it) => {
  it('a state event comes with what it replaces', async ({ alice, bob, room }) => {
    const first = await alice.setState(room, 'm.room.topic', '', { topic: 'one' });
    const second = (await bob.event(room, await alice.setState(room, 'm.room.topic', '', { topic: 'two' }))) as Event;
    assert.deepEqual([second.content, second.state_key, second.room_id], [{ topic: 'two' }, '', room]);
    assert.deepEqual([second.unsigned?.['replaces_state'], second.unsigned?.['prev_content']], [first, { topic: 'one' }]);
  });

  it('AC-03: an event of another room, an unknown one and what is no id are not found', async ({ alice, room }) => {
    const elsewhere = await alice.createRoom();
    const event = await alice.sendText(elsewhere, 'elsewhere');
    for (const id of [event, '$unknown', 'nonsense', '__proto__', 'constructor']) {
      await alice.refused(404, 'M_NOT_FOUND', 'GET', eventPath(room, id));
    }
    await alice.event(elsewhere, event);
  });

  it('somebody else’s room: the same answer as for what there is not', async (people) => {
    const { alice, bob, eve, room } = people;
    const [closed = '', ...others] = await closedRooms(people);
    const [hidden, shared] = [await alice.sendText(closed, 'x'), await alice.sendText(room, 'x')];
    const bodies = [
      await bob.refused(404, 'M_NOT_FOUND', 'GET', eventPath(closed, hidden)),
      await bob.refused(404, 'M_NOT_FOUND', 'GET', eventPath(closed, '$unknown')),
      await eve.refused(404, 'M_NOT_FOUND', 'GET', eventPath(room, shared)),
      await eve.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/events/${shared}`),
    ];
    for (const other of others) bodies.push(await bob.refused(404, 'M_NOT_FOUND', 'GET', eventPath(other, hidden)));
    assert.equal(new Set(bodies.map((body) => JSON.stringify(body))).size, 1);
    await bob.refused(401, 'M_MISSING_TOKEN', 'GET', eventPath(room, shared), { token: null });
  });

  it('clients of 2015 ask for an event without its room', async ({ alice, bob, room }) => {
    const id = await alice.sendText(room, 'x');
    for (const prefix of ['/_matrix/client/v3', ...olderPrefixes]) {
      for (const path of [clientPath`/events/${id}`, eventPath(room, id)]) {
        const event = await bob.ok('GET', under(prefix, path));
        assert.deepEqual([event.event_id, event.room_id, event.content.body], [id, room, 'x']);
        assert.equal(event.user_id, prefix.endsWith('api/v1') ? alice.userId : undefined);
      }
    }
    await bob.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/events/${'$unknown'}`);
  });
});

type Member = readonly [user: string | undefined, membership: unknown];
const sorted = (...members: readonly Member[]): readonly Member[] => members.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));

onEachServer('reading members', (it) => {
  const members = async (client: Session, room: string, query: Record<string, string> = {}): Promise<readonly Member[]> => {
    const { chunk } = (await client.ok('GET', membersPath(room), { query })) as { chunk: Event[] };
    return sorted(...chunk.map((event): Member => [event.state_key, event.content['membership']]));
  };

  it('all of them, those of one membership, and all but those of one', async ({ alice, bob, eve, room }) => {
    await alice.invite(room, eve.userId);
    await alice.ban(room, '@mallory:hearth.test');
    const all = sorted([alice.userId, 'join'], [bob.userId, 'join'], [eve.userId, 'invite'], ['@mallory:hearth.test', 'ban']);
    const having = (...memberships: string[]): unknown => all.filter(([, membership]) => memberships.includes(String(membership)));
    assert.deepEqual(await members(alice, room), all);
    assert.deepEqual(await members(alice, room, { membership: 'join' }), having('join'));
    assert.deepEqual(await members(alice, room, { membership: 'knock' }), []);
    assert.deepEqual(await members(alice, room, { not_membership: 'join' }), having('invite', 'ban'));
    assert.deepEqual(await members(alice, room, { membership: 'invite', not_membership: 'join' }), having('invite'));
    for (const wrong of ['joined', '', '__proto__', 'JOIN']) {
      await alice.refused(400, 'M_INVALID_PARAM', 'GET', membersPath(room), { query: { membership: wrong } });
      await alice.refused(400, 'M_INVALID_PARAM', 'GET', membersPath(room), { query: { not_membership: wrong } });
    }
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', `${membersPath(room)}?membership=join&membership=ban`);
  });

  it('as they were at a token', async ({ alice, bob, eve, room }) => {
    const { next_batch: at } = await alice.sync();
    const { start } = await alice.messages(room, { dir: 'b', limit: '1' });
    await eve.join(room);
    await bob.leave(room);
    const then = sorted([alice.userId, 'join'], [bob.userId, 'join']);
    assert.deepEqual(await members(alice, room, { at }), then);
    assert.deepEqual(await members(alice, room, { at: start }), then, 'at a token of messages');
    const { next_batch: now } = await alice.sync();
    assert.deepEqual(await members(alice, room, { at: now, membership: 'join' }), [
      [alice.userId, 'join'],
      [eve.userId, 'join'],
    ]);
    // Who has left is not shown what came after.
    assert.deepEqual(await members(bob, room, { at: now, membership: 'join' }), [
      [alice.userId, 'join'],
      [eve.userId, 'join'],
    ]);
    await eve.leave(room);
    assert.equal((await members(bob, room, { at: (await alice.sync()).next_batch, membership: 'join' })).length, 2);
    for (const wrong of ['x', '', 's_1', 't1', '__proto__', at.replace(/_\d+_/, '_99999999999999999_')]) {
      await alice.refused(400, 'M_BAD_PAGINATION', 'GET', membersPath(room), { query: { at: wrong } });
    }
  });

  it('joined members have names and pictures as the room knows them', async ({ alice, bob, room }) => {
    await bob.setState(room, 'm.room.member', bob.userId, { membership: 'join', displayname: 'Bob', avatar_url: 'mxc://hearth.test/bob' });
    const { joined } = await alice.ok('GET', joinedPath(room));
    assert.deepEqual(joined, {
      [alice.userId]: { display_name: 'alice' },
      [bob.userId]: { display_name: 'Bob', avatar_url: 'mxc://hearth.test/bob' },
    });
    await bob.setState(room, 'm.room.member', bob.userId, { membership: 'join', displayname: 7, avatar_url: null });
    assert.deepEqual((await alice.ok('GET', joinedPath(room))).joined[bob.userId], {});
    await bob.leave(room);
    assert.deepEqual(Object.keys((await alice.ok('GET', joinedPath(room))).joined), [alice.userId]);
    await bob.refused(403, 'M_FORBIDDEN', 'GET', joinedPath(room));
  });

  it('somebody else’s room has no members to show', async (people) => {
    const { bob, eve, room } = people;
    for (const [client, rooms] of [
      [bob, await closedRooms(people)],
      [eve, [room]],
    ] as const) {
      for (const closed of rooms) {
        await client.refused(403, 'M_FORBIDDEN', 'GET', membersPath(closed));
        await client.refused(403, 'M_FORBIDDEN', 'GET', joinedPath(closed));
      }
    }
    await bob.refused(401, 'M_MISSING_TOKEN', 'GET', membersPath(room), { token: null });
    await bob.refused(401, 'M_MISSING_TOKEN', 'GET', joinedPath(room), { token: null });
  });

  it('older paths show members too', async ({ alice, bob, room }) => {
    for (const prefix of olderPrefixes) {
      const { chunk } = await alice.ok('GET', under(prefix, membersPath(room)));
      assert.deepEqual(new Set(chunk.map((event: Event) => event.state_key)), new Set([alice.userId, bob.userId]));
      assert.equal(chunk[0].membership, prefix.endsWith('api/v1') ? 'join' : undefined);
      assert.deepEqual(Object.keys((await alice.ok('GET', under(prefix, joinedPath(room)))).joined).length, 2);
    }
  });
});
