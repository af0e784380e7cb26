import assert from 'node:assert/strict';

import { crowd, eventsOf, inRoom, membershipOf, onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** The memberships that somebody has had, oldest first. */
async function historyOf(member: Session, room: string, userId: string): Promise<string[]> {
  const events = await eventsOf(member, room);
  return events.filter(({ state_key: key }) => key === userId).map(({ content }) => String(content['membership']));
}

onEachDatabase('requests at the same time', (it) => {
  it('two joins of one person make one event', async ({ alice, bob }) => {
    for (let round = 0; round < 5; round += 1) {
      const room = await alice.createRoom({ preset: 'public_chat' });
      assert.deepEqual(await times(2, () => bob.join(room)), [room, room]);
      const joins = (await eventsOf(alice, room)).filter(({ state_key: key }) => key === bob.userId);
      assert.equal(joins.length, 1);
    }
  });

  it('64 people join one room, and all of them are in it, each by one event', async (place) => {
    const { alice } = place;
    const people = await crowd(place, 'joiner', 64);
    const room = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'crowded' });
    const ids = await Promise.all(people.map((person, index) => person.join(index % 2 === 0 ? room : '#crowded:hearth.test')));
    assert.deepEqual(new Set(ids), new Set([room]));
    const { joined } = await alice.ok('GET', clientPath`/rooms/${room}/joined_members`);
    assert.deepEqual(Object.keys(joined).toSorted(), [alice.userId, ...people.map(({ userId }) => userId)].toSorted());
    assert.equal((await eventsOf(alice, room)).length, 6 + 1 + 64);
    assert.equal((await alice.sync()).rooms.join[room].summary['m.joined_member_count'], 65);
  });

  it('an invitation beside a ban: whichever is first, the ban stands at the end', async ({ alice, bob, carol }) => {
    for (let round = 0; round < 6; round += 1) {
      const room = await alice.createRoom({ preset: 'public_chat' });
      await carol.join(room);
      const invite = (): Promise<{ status: number }> => carol.request('POST', inRoom(room, 'invite'), { body: { user_id: bob.userId } });
      const ban = (): Promise<{ status: number }> => alice.request('POST', inRoom(room, 'ban'), { body: { user_id: bob.userId } });
      const [first, second] = await Promise.all(round % 2 === 0 ? [invite(), ban()] : [ban(), invite()]);
      const [invited, banned] = round % 2 === 0 ? [first, second] : [second, first];
      assert.equal(banned?.status, 200);
      assert.ok(invited?.status === 200 || invited?.status === 403, String(invited?.status));
      assert.equal(await membershipOf(alice, room, bob.userId), 'ban');
      const memberships = await historyOf(alice, room, bob.userId);
      assert.deepEqual(memberships, invited.status === 200 ? ['invite', 'ban'] : ['ban']);
    }
  });

  it('a join beside a ban or a kick: what was answered is what came of it', async ({ alice, bob }) => {
    for (const verb of ['ban', 'kick', 'ban', 'kick']) {
      const room = await alice.createRoom({ preset: 'public_chat' });
      const [joined, removed] = await Promise.all([
        bob.request('POST', inRoom(room, 'join'), { body: {} }),
        alice.request('POST', inRoom(room, verb), { body: { user_id: bob.userId } }),
      ]);
      const memberships = await historyOf(alice, room, bob.userId);
      const expected = [...(joined.status === 200 ? ['join'] : []), ...(removed.status === 200 ? [verb === 'ban' ? 'ban' : 'leave'] : [])];
      assert.deepEqual(memberships.toSorted(), expected.toSorted());
      assert.equal(memberships.at(-1), await membershipOf(alice, room, bob.userId));
      if (verb === 'ban') assert.equal(memberships.at(-1), 'ban');
    }
  });

  it('many leave at once, the last members among them', async (place) => {
    const people = await crowd(place, 'leaver', 8);
    const [first] = people;
    const room = (await first?.createRoom({ preset: 'public_chat' })) ?? '';
    for (const person of people) await person.join(room);
    await Promise.all(people.map((person) => person.leave(room)));
    for (const person of people) assert.deepEqual(await person.ok('GET', clientPath`/joined_rooms`), { joined_rooms: [] });
  });

  it('one alias wanted for two rooms is given to one', async ({ alice, bob }) => {
    const [one, two] = [await alice.createRoom(), await bob.createRoom()];
    for (let round = 0; round < 5; round += 1) {
      const path = clientPath`/directory/room/${`#race${round}:hearth.test`}`;
      const answers = await Promise.all([
        alice.request('PUT', path, { body: { room_id: one } }),
        bob.request('PUT', path, { body: { room_id: two } }),
      ]);
      assert.deepEqual(
        answers.map(({ status }) => status).toSorted((a, b) => a - b),
        [200, 409],
      );
      assert.equal((await alice.ok('GET', path)).room_id, answers[0]?.status === 200 ? one : two);
    }
  });

  it('one alias wanted by two new rooms makes one room, and nothing is left of the other', async ({ alice, bob }) => {
    for (let round = 0; round < 5; round += 1) {
      const before = (await bob.ok('GET', clientPath`/joined_rooms`)).joined_rooms.length;
      const make = (): Promise<{ status: number; body: { errcode?: string; room_id?: string } }> =>
        bob.request('POST', clientPath`/createRoom`, { body: { room_alias_name: `new-race${round}`, invite: [alice.userId] } });
      const answers = await Promise.all([make(), make()]);
      const made = answers.filter(({ status }) => status === 200);
      assert.deepEqual(answers.map(({ status, body }) => `${status} ${body.errcode}`).toSorted(), ['200 undefined', '400 M_ROOM_IN_USE']);
      const { joined_rooms: rooms } = await bob.ok('GET', clientPath`/joined_rooms`);
      assert.equal(rooms.length, before + 1);
      assert.equal(await alice.join(`#new-race${round}:hearth.test`), made[0]?.body.room_id);
      assert.deepEqual(Object.keys((await alice.sync()).rooms?.invite ?? {}), []);
    }
  });

  it('rooms that are alike are different rooms', async ({ carol }) => {
    const rooms = await times(32, () => carol.createRoom({ name: 'Alike' }));
    assert.equal(new Set(rooms).size, 32);
    assert.deepEqual(
      (await carol.ok('GET', clientPath`/joined_rooms`)).joined_rooms.filter((room: string) => rooms.includes(room)).length,
      32,
    );
  });
});
