import assert from 'node:assert/strict';

import { inRoom, membershipOf, onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const wishes = (client: Session, type: string, content: object): Promise<unknown> =>
  client.ok('PUT', clientPath`/user/${client.userId}/account_data/${type}`, { body: content });
const lists = 'org.matrix.msc4155.invite_permission_config';
const blocking = ['m.invite_permission_config', 'org.matrix.msc4380.invite_permission_config'];

/** What becomes of an invitation by alice: is it refused, is it shown? */
async function invited(alice: Session, bob: Session): Promise<'refused' | 'hidden' | 'shown'> {
  const room = await alice.createRoom();
  const { next_batch: since } = await bob.sync();
  const answer = await alice.request('POST', inRoom(room, 'invite'), { body: { user_id: bob.userId } });
  if (answer.status !== 200) {
    assert.deepEqual([answer.status, answer.body.errcode], [403, 'M_INVITE_BLOCKED']);
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    return 'refused';
  }
  const answers = [await bob.sync({ since }), await bob.sync()].map((body) => body.rooms?.invite?.[room] !== undefined);
  const first = await bob.ok('GET', clientPath`/initialSync`);
  answers.push(first.rooms.some(({ room_id: id }: { room_id: string }) => id === room));
  const stream = await bob.ok('GET', clientPath`/events`, { query: { from: since, timeout: 0 } });
  answers.push(stream.chunk.some(({ room_id: id }: { room_id: string }) => id === room));
  assert.equal(new Set(answers).size, 1, `one answer shows it and another does not: ${answers.join()}`);
  await bob.leave(room);
  return answers[0] === true ? 'shown' : 'hidden';
}

onEachDatabase('whose invitations somebody takes', (it) => {
  it('default_action block refuses all, under its stable and its older name, until it is taken back', async ({ alice, bob }) => {
    for (const type of blocking) {
      await wishes(bob, type, { default_action: 'block' });
      assert.equal(await invited(alice, bob), 'refused', type);
      for (const said of [{ default_action: 'allow' }, { default_action: 7 }, {}]) {
        await wishes(bob, type, said);
        assert.equal(await invited(alice, bob), 'shown', JSON.stringify(said));
      }
    }
  });

  it('lists of people go before lists of servers, and within both allowed before ignored before blocked', async ({ alice, bob }) => {
    const all = ['*'];
    for (const [said, outcome] of [
      [{}, 'shown'],
      [{ blocked_users: [alice.userId] }, 'refused'],
      [{ blocked_users: ['@a?ice:*.test'] }, 'refused'],
      [{ blocked_users: ['@mallory:*'] }, 'shown'],
      [{ ignored_users: ['@alice:*'] }, 'hidden'],
      [{ blocked_servers: ['hearth.test'] }, 'refused'],
      [{ ignored_servers: ['*.test'] }, 'hidden'],
      [{ allowed_users: all, ignored_users: all, blocked_users: all }, 'shown'],
      [{ ignored_users: all, blocked_users: all, allowed_servers: all }, 'hidden'],
      [{ blocked_users: all, allowed_servers: all }, 'refused'],
      [{ allowed_servers: all, ignored_servers: all, blocked_servers: all }, 'shown'],
      [{ ignored_servers: all, blocked_servers: all }, 'hidden'],
      [{ enabled: false, blocked_users: all }, 'shown'],
      [{ blocked_users: 'all', ignored_users: [7, null, {}], blocked_servers: { '*': true } }, 'shown'],
    ] as const) {
      await wishes(bob, lists, said);
      assert.equal(await invited(alice, bob), outcome, JSON.stringify(said));
    }
    await wishes(bob, lists, { allowed_users: [alice.userId] });
    await wishes(bob, blocking[0] ?? '', { default_action: 'block' });
    assert.equal(await invited(alice, bob), 'shown');
    await wishes(bob, blocking[0] ?? '', {});
  });

  it('holds on every way to invite, and a refused createRoom makes nothing', async ({ alice, bob, carol }) => {
    await wishes(bob, lists, { blocked_users: [alice.userId] });
    const { next_batch: since } = await alice.sync();
    const invite = { type: 'm.room.member', state_key: bob.userId, content: { membership: 'invite' } };
    for (const body of [{ invite: [carol.userId, bob.userId] }, { initial_state: [invite] }]) {
      await alice.refused(403, 'M_INVITE_BLOCKED', 'POST', clientPath`/createRoom`, { body });
    }
    assert.equal((await alice.sync({ since })).rooms, undefined);
    const room = await alice.createRoom();
    await alice.refused(403, 'M_INVITE_BLOCKED', 'PUT', clientPath`/rooms/${room}/state/m.room.member/${bob.userId}`, {
      body: { membership: 'invite' },
    });
    // Who may not invite learns nothing of what others wish.
    await carol.refused(403, 'M_FORBIDDEN', 'POST', inRoom(room, 'invite'), { body: { user_id: bob.userId } });
    await alice.refused(403, 'M_FORBIDDEN', 'POST', inRoom(room, 'invite'), { body: { user_id: alice.userId } });
    await wishes(bob, lists, {});
  });

  it('an invitation that came before is hidden and shown again as the wishes change; the room’s state always has it', async ({
    alice,
    bob,
  }) => {
    const room = await alice.createRoom({ invite: [bob.userId] });
    for (const [said, shown] of [
      [{}, true],
      [{ default_action: 'block' }, false],
      [{}, true],
    ] as const) {
      await wishes(bob, blocking[0] ?? '', said);
      assert.equal((await bob.sync()).rooms?.invite?.[room] !== undefined, shown);
      assert.equal(await membershipOf(alice, room, bob.userId), 'invite');
    }
  });

  it('is announced to clients', async ({ alice }) => {
    const { unstable_features: features } = await alice.ok('GET', '/_matrix/client/versions');
    for (const flag of ['org.matrix.msc4155', 'org.matrix.msc4380', 'org.matrix.msc4380.stable']) assert.equal(features[flag], true);
    const { capabilities } = await alice.ok('GET', clientPath`/capabilities`);
    assert.deepEqual(capabilities['m.forget_forced_upon_leave'], { enabled: false });
  });
});
