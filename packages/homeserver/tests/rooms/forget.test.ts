import assert from 'node:assert/strict';

import { inRoom, onEachDatabase, password, type Place } from './place.ts';
import type { Session } from '@hearth/testkit';

const withLeft = JSON.stringify({ room: { include_leave: true } });
const isListed = async (client: Session, room: string): Promise<boolean> =>
  (await client.sync({ filter: withLeft })).rooms?.leave?.[room] !== undefined;

async function leftRoom({ alice, bob }: Place): Promise<string> {
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  await bob.leave(room);
  return room;
}

onEachDatabase('forgetting', (it) => {
  it('takes a left room out of the lists and closes its history, again and again', async (place) => {
    const { bob } = place;
    const room = await leftRoom(place);
    assert.ok(await isListed(bob, room));
    await bob.messages(room, { dir: 'b' });
    for (let time = 0; time < 2; time += 1) {
      assert.deepEqual(await bob.ok('POST', inRoom(room, 'forget'), { body: {} }), {});
      assert.equal(await isListed(bob, room), false);
      await bob.refused(403, 'M_FORBIDDEN', 'GET', inRoom(room, 'messages'), { query: { dir: 'b' } });
    }
  });

  it('is possible for the banned and for those who declined, too', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ invite: [bob.userId, carol.userId] });
    await alice.ban(room, bob.userId);
    await carol.leave(room);
    for (const client of [bob, carol]) {
      await client.forget(room);
      assert.equal(await isListed(client, room), false);
    }
  });

  it('ends with coming back', async (place) => {
    const { bob } = place;
    const room = await leftRoom(place);
    await bob.forget(room);
    await bob.join(room);
    assert.ok((await bob.sync()).rooms.join[room]);
    await bob.leave(room);
    assert.ok(await isListed(bob, room));
  });

  it('is not possible as long as one is in, invited or knocking', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({
      invite: [bob.userId],
      initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
    });
    await carol.setState(room, 'm.room.member', carol.userId, { membership: 'knock' });
    for (const client of [alice, bob, carol]) await client.refused(400, 'M_UNKNOWN', 'POST', inRoom(room, 'forget'), { body: {} });
    await bob.join(room);
  });

  it('does nothing to the others', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    for (const client of [bob, carol]) {
      await client.join(room);
      await client.leave(room);
    }
    await bob.forget(room);
    assert.ok(await isListed(carol, room));
    await alice.sendText(room, 'still here');
  });

  it('on one device does not keep another that waits from hearing of the other rooms', async (place) => {
    const { hearth, alice, bob } = place;
    const shared = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(shared);
    const room = await leftRoom(place);
    const phone = await hearth.client.login('bob', password);
    const { next_batch: since } = await phone.sync();
    const waiting = phone.sync({ since, timeout: 10_000 });
    while (hearth.server.spine.notifier.waitingUsers < 1) await new Promise((resolve) => setImmediate(resolve));
    await bob.forget(room);
    const message = await alice.sendText(shared, 'do you hear me');
    const { events } = (await waiting).rooms.join[shared].timeline;
    assert.deepEqual(
      events.map((event: { event_id: string }) => event.event_id),
      [message],
    );
  });

  it('on one device is told as leaving to another that still knows the room, and not to one that never did', async ({
    hearth,
    alice,
    bob,
  }) => {
    const known = await alice.createRoom({ preset: 'public_chat', invite: [bob.userId] });
    const invited = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(known);
    const phone = await hearth.client.login('bob', password);
    const { next_batch: since } = await phone.sync();
    const unknown = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(unknown);
    for (const room of [known, invited, unknown]) {
      await bob.leave(room);
      await bob.forget(room);
    }
    for (const fullState of [false, true]) {
      const { leave } = (await phone.sync({ since, full_state: fullState })).rooms;
      assert.deepEqual(Object.keys(leave).toSorted(), [known, invited].toSorted());
      assert.equal(leave[known].timeline.events.at(-1).content.membership, 'leave');
    }
  });

  it('of somebody else’s room is answered in the same words as of none', async ({ alice, bob }) => {
    const room = await alice.createRoom();
    const sentences = [];
    for (const id of [room, '!nowhere:hearth.test']) {
      sentences.push((await bob.refused(404, 'M_NOT_FOUND', 'POST', inRoom(id, 'forget'), { body: {} })).error);
    }
    assert.equal(sentences[0], sentences[1]);
    for (const odd of ['room', '!', '#alias:hearth.test']) {
      await bob.refused(404, 'M_NOT_FOUND', 'POST', inRoom(odd, 'forget'), { body: {} });
    }
  });
});
