import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inRoom, membershipOf, onEachDatabase, type Place } from './place.ts';
import { sleep, systemClock } from '@hearth/kit';
import { clientPath, type Session, startHearth } from '@hearth/testkit';

const clock = systemClock();
const register = '/_matrix/client/v3/register';

async function newGuest({ hearth }: Pick<Place, 'hearth'>): Promise<Session> {
  const body = await hearth.client.ok('POST', register, { query: { kind: 'guest' }, body: {}, token: null });
  return { ...hearth.client.withToken(body.access_token), token: body.access_token, userId: body.user_id, deviceId: body.device_id };
}

const guestsMay = (guest_access: string, more: readonly object[] = []): Record<string, unknown> => ({
  preset: 'public_chat',
  initial_state: [{ type: 'm.room.guest_access', content: { guest_access } }, ...more],
});
const readable = { type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } };

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await sleep(clock, 50);
  }
  assert.fail('what was waited for has not happened');
}

onEachDatabase(
  'guests',
  (it) => {
    it('get an account with a session and nothing of their choice, and are told that they are guests', async (place) => {
      const { hearth } = place;
      const body = { username: 'chosen', password: 'chosen password', device_id: 'CHOSEN', initial_device_display_name: 'Browser' };
      const answer = await hearth.client.ok('POST', register, { query: { kind: 'guest' }, body, token: null });
      assert.notEqual(answer.user_id, '@chosen:hearth.test');
      assert.notEqual(answer.device_id, 'CHOSEN');
      const guest = hearth.client.withToken(answer.access_token);
      assert.equal((await guest.whoami()).is_guest, true);
      const { devices } = await guest.ok('GET', clientPath`/devices`);
      assert.equal(devices[0].display_name, 'Browser');
    });

    it('come into rooms that let them in and speak there, and into no others', async (place) => {
      const { alice, hearth } = place;
      const guest = await newGuest(place);
      const open = await alice.createRoom(guestsMay('can_join'));
      await guest.join(open);
      await guest.sendText(open, 'hello');
      await guest.ok('PUT', clientPath`/profile/${guest.userId}/displayname`, { body: { displayname: 'Somebody' } });
      await guest.leave(open);
      const closed = await alice.createRoom(guestsMay('forbidden'));
      const silent = await alice.createRoom(guestsMay('org.example.unknown'));
      for (const room of [closed, silent]) {
        await guest.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', 'POST', clientPath`/join/${room}`, { body: {} });
        await guest.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', 'POST', inRoom(room, 'join'), { body: {} });
        const member = clientPath`/rooms/${room}/state/m.room.member/${guest.userId}`;
        await guest.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', 'PUT', member, { body: { membership: 'join' } });
        assert.equal(await membershipOf(alice, room, guest.userId), 'leave');
      }
      const invited = await alice.createRoom({ preset: 'public_chat', invite: [guest.userId] });
      await guest.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', 'POST', clientPath`/join/${invited}`, { body: {} });
      // Of a private room a guest hears what they hear of one that there is not.
      const hidden = await alice.createRoom({ initial_state: [{ type: 'm.room.guest_access', content: { guest_access: 'forbidden' } }] });
      assert.deepEqual(
        await guest.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/join/${hidden}`, { body: {} }),
        await guest.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/join/${'!nowhere:hearth.test'}`, { body: {} }),
      );
      assert.ok(hearth);
    });

    it('may do nothing that is not on the specification’s list', async (place) => {
      const { alice, bob } = place;
      const guest = await newGuest(place);
      const room = await alice.createRoom(guestsMay('can_join'));
      await guest.join(room);
      const member = (user: string): string => clientPath`/rooms/${room}/state/m.room.member/${user}`;
      for (const [method, path, body] of [
        ['POST', clientPath`/createRoom`, {}],
        ['POST', clientPath`/knock/${room}`, {}],
        ['POST', inRoom(room, 'invite'), { user_id: bob.userId }],
        ['POST', inRoom(room, 'kick'), { user_id: alice.userId }],
        ['POST', inRoom(room, 'upgrade'), { new_version: '12' }],
        ['PUT', member(bob.userId), { membership: 'invite' }],
        ['PUT', member(guest.userId), { membership: 'knock' }],
        ['PUT', clientPath`/profile/${guest.userId}/avatar_url`, { avatar_url: 'mxc://hearth.test/a' }],
        ['PUT', clientPath`/directory/room/${'#guests:hearth.test'}`, { room_id: room }],
        ['POST', clientPath`/account/password`, { new_password: 'a new password' }],
      ] as const) {
        await guest.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', method, path, { body });
      }
      await guest.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', 'DELETE', clientPath`/profile/${guest.userId}/avatar_url`);
    });

    it('look into rooms that the world may read, without coming in', async (place) => {
      const { alice } = place;
      const guest = await newGuest(place);
      const room = await alice.createRoom(guestsMay('forbidden', [readable]));
      const event = await alice.sendText(room, 'for everybody');
      const { chunk } = await guest.messages(room, { dir: 'b', limit: 1 });
      assert.equal(chunk[0].event_id, event);
      assert.equal((await guest.event(room, event)).event_id, event);
      for (const path of ['state', 'members', 'initialSync', `context/${encodeURIComponent(event)}`])
        await guest.ok('GET', inRoom(room, path));
      const first = await guest.ok('GET', clientPath`/events`, { query: { room_id: room, timeout: 0 } });
      await alice.sendText(room, 'and more');
      const news = await guest.ok('GET', clientPath`/events`, { query: { room_id: room, from: first.end, timeout: 1_000 } });
      assert.equal(news.chunk[0].content.body, 'and more');
      const hidden = await alice.createRoom();
      await guest.refused(403, 'M_FORBIDDEN', 'GET', inRoom(hidden, 'messages'), { query: { dir: 'b' } });
    });

    it('become users who keep what they have; the guest’s sessions end', async (place) => {
      const { alice, hearth } = place;
      const guest = await newGuest(place);
      const room = await alice.createRoom(guestsMay('can_join'));
      await guest.join(room);
      const username = guest.userId.slice(1, guest.userId.indexOf(':'));
      const body = { guest_access_token: guest.token, username, password: 'a good password' };
      const refused = (status: number, code: string, changed: object): Promise<unknown> =>
        hearth.client.refused(status, code, 'POST', register, { body: { ...body, ...changed }, token: null });
      await refused(403, 'M_FORBIDDEN', { username: 'alice' });
      await refused(403, 'M_FORBIDDEN', { guest_access_token: 'nobody’s' });
      await refused(403, 'M_FORBIDDEN', { guest_access_token: alice.token, username: 'alice' });
      await refused(400, 'M_MISSING_PARAM', { username: undefined });
      await refused(400, 'M_WEAK_PASSWORD', { password: 'weak' });
      const user = await hearth.client.register(username, 'a good password', { body: { guest_access_token: guest.token } });
      assert.deepEqual([user.userId, (await user.whoami()).is_guest], [guest.userId, false]);
      await guest.refused(401, 'M_UNKNOWN_TOKEN', 'GET', clientPath`/account/whoami`);
      assert.deepEqual((await user.ok('GET', clientPath`/joined_rooms`)).joined_rooms, [room]);
      await user.createRoom();
      await hearth.client.login(username, 'a good password');
      await alice.setState(room, 'm.room.guest_access', '', { guest_access: 'forbidden' });
      await sleep(clock, 500);
      assert.equal(await membershipOf(alice, room, user.userId), 'join');
    });

    it('a21: 1,000 guests leave when the room does not let guests in any more, and users stay', async (place) => {
      const { alice, bob, hearth } = place;
      const room = await alice.createRoom(guestsMay('can_join'));
      await bob.join(room);
      const { accounts } = hearth.server.accounts;
      const guests = Array.from({ length: 1_000 }, (_, index) => `@g${index}:hearth.test`);
      for (let start = 0; start < guests.length; start += 100) {
        const some = guests.slice(start, start + 100);
        await Promise.all(some.map((userId) => accounts.create({ userId, kind: 'guest', password: undefined, admin: false })));
        const joins = some.map((user) => ({ type: 'm.room.member', sender: user, stateKey: user, content: { membership: 'join' } }));
        await hearth.server.spine.engine.submitAll(room, joins);
      }
      const joined = async (): Promise<string[]> => Object.keys((await alice.ok('GET', inRoom(room, 'joined_members'))).joined);
      assert.equal((await joined()).length, 1_002);
      await alice.setState(room, 'm.room.guest_access', '', { guest_access: 'forbidden' });
      await until(async () => (await joined()).length === 2);
      assert.deepEqual(new Set(await joined()), new Set([alice.userId, bob.userId]));
      assert.equal(await membershipOf(alice, room, guests[0] ?? ''), 'leave');
    });
  },
  { HEARTH_GUESTS: 'on' },
);

onEachDatabase('without guests', (it) => {
  it('nobody becomes one', async ({ hearth }) => {
    await hearth.client.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', 'POST', register, { query: { kind: 'guest' }, body: {}, token: null });
  });
});

test('where a token is asked for, a guest who becomes a user uses it up, and the next one stays a guest', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_GUESTS: 'on', HEARTH_REGISTRATION: 'token' } });
  t.after(() => hearth.stop());
  const { accounts, registrationTokens } = hearth.server.accounts;
  await accounts.create({ userId: '@first:hearth.test', kind: 'user', password: undefined, admin: true });
  const { token } = await registrationTokens.create({ usesAllowed: 1 });
  const become = (guest: Session): Promise<Session> => {
    const username = guest.userId.slice(1, guest.userId.indexOf(':'));
    return hearth.client.register(username, 'a good password', { registrationToken: token, body: { guest_access_token: guest.token } });
  };
  const [first, second] = [await newGuest({ hearth }), await newGuest({ hearth })];
  assert.equal((await become(first)).userId, first.userId);
  await assert.rejects(become(second));
  assert.equal((await second.whoami()).is_guest, true);
});
