import assert from 'node:assert/strict';

import { membershipOf, onEachDatabase, type Place } from '../rooms/place.ts';
import { sleep, systemClock } from '@hearth/kit';
import { clientPath } from '@hearth/testkit';

const keeper = '@_hearth_archive:hearth.test';
const readable = { type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } };
const open = { preset: 'public_chat', initial_state: [readable] };

async function joinedIn({ hearth }: Place, room: string, count: number): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if ((await hearth.server.roomAdmin.show(room)).joined_members === count) return;
    await sleep(systemClock(), 25);
  }
  assert.fail(`there are never ${count} members`);
}

onEachDatabase('rooms that are kept', (it) => {
  it('keep a member and their history when everybody has left and forgotten them', async (place) => {
    const { alice, bob, hearth } = place;
    const { roomAdmin } = hearth.server;
    const room = await alice.createRoom(open);
    const said = await alice.sendText(room, 'for later');
    await roomAdmin.keep(room);
    await roomAdmin.keep(room);
    await joinedIn(place, room, 2);
    assert.equal((await alice.getState(room, 'm.room.member', keeper)).displayname, 'Archive of hearth.test');
    await alice.leave(room);
    await alice.forget(room);
    await joinedIn(place, room, 1);
    assert.equal((await roomAdmin.show(room)).kept, true);
    const { chunk } = await bob.messages(room, { dir: 'b', limit: 50 });
    assert.ok(chunk.some(({ event_id: id }: { event_id: string }) => id === said));
    await bob.join(room);
    await bob.leave(room);
  });

  it('are neither purged nor shut down nor deleted until that is ended, and then the keeper leaves', async (place) => {
    const { alice, hearth } = place;
    const { roomAdmin } = hearth.server;
    const room = await alice.createRoom(open);
    await roomAdmin.keep(room);
    await joinedIn(place, room, 2);
    for (const dryRun of [true, false]) {
      await assert.rejects(roomAdmin.purge(room, { ts: systemClock().now() }, dryRun), /is kept/);
      await assert.rejects(roomAdmin.shutDown(room, undefined, true, dryRun), /is kept/);
    }
    assert.equal(await membershipOf(alice, room, alice.userId), 'join');
    await roomAdmin.unkeep(room);
    await joinedIn(place, room, 1);
    assert.equal(await membershipOf(alice, room, keeper), 'leave');
    assert.equal((await roomAdmin.show(room)).kept, false);
    await roomAdmin.shutDown(room, undefined, false, false);
    await assert.rejects(roomAdmin.keep(room), /under way|blocked/);
  });

  it('are rooms that everybody may read, and into which the keeper comes: by invitation where they are not open', async (place) => {
    const { alice, hearth } = place;
    const { roomAdmin } = hearth.server;
    await assert.rejects(roomAdmin.keep('!nowhere:hearth.test'), /no room/);
    await assert.rejects(roomAdmin.keep(await alice.createRoom({ preset: 'public_chat' })), /world_readable/);
    const closed = await alice.createRoom({ initial_state: [readable] });
    await assert.rejects(roomAdmin.keep(closed), /invite @_hearth_archive:hearth\.test first/);
    await alice.invite(closed, keeper);
    await roomAdmin.keep(closed);
    await joinedIn(place, closed, 2);
    const banned = await alice.createRoom(open);
    await alice.ban(banned, keeper);
    await assert.rejects(roomAdmin.keep(banned), /invite/);
  });

  it('have a keeper who is no person: nobody registers it, logs in as it or finds it', async (place) => {
    const { alice, hearth } = place;
    const room = await alice.createRoom(open);
    await hearth.server.roomAdmin.keep(room);
    await joinedIn(place, room, 2);
    const { accounts } = hearth.server.accounts;
    await assert.rejects(accounts.claimable('_hearth_archive'), { errcode: 'M_EXCLUSIVE' });
    const named = { username: '_hearth_archive', password: 'a good password' };
    await hearth.client.refused(400, 'M_EXCLUSIVE', 'POST', clientPath`/register`, { body: named, token: null });
    const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user: keeper }, password: 'a good password' };
    await hearth.client.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/login`, { body: login, token: null });
    for (const search_term of ['archive', 'hearth_archive']) {
      const { results } = await alice.ok('POST', clientPath`/user_directory/search`, { body: { search_term } });
      assert.deepEqual(results, []);
    }
    assert.equal(await accounts.find(keeper), undefined);
  });
});
