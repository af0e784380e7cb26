import assert from 'node:assert/strict';

import { onEachDatabase, password, type Place } from '../rooms/place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const v1 = '/_matrix/client/v1';
const unstable = '/_matrix/client/unstable/uk.timedout.msc4323';
const adminPath = (kind: 'suspend' | 'lock', userId: string, prefix = v1): string =>
  `${prefix}/admin/${kind}/${encodeURIComponent(userId)}`;
const field = { suspend: 'suspended', lock: 'locked' } as const;

let admins = 0;
async function newAdmin({ hearth }: Place): Promise<Session> {
  admins += 1;
  const admin = await hearth.client.register(`admin${admins}`, password);
  const account = await hearth.server.accounts.accounts.find(admin.userId);
  await hearth.server.accounts.accounts.setAdmin(account?.user ?? 0, true);
  return admin;
}

async function somebody({ hearth }: Place): Promise<Session> {
  admins += 1;
  return hearth.client.register(`somebody${admins}`, password);
}

onEachDatabase('moderation', (it) => {
  it('administrators suspend and lock, by both names, and see it; nobody else learns whether there is an account', async (place) => {
    const { alice, hearth } = place;
    const admin = await newAdmin(place);
    const user = await somebody(place);
    for (const kind of ['suspend', 'lock'] as const) {
      for (const prefix of [v1, unstable]) {
        const path = adminPath(kind, user.userId, prefix);
        assert.deepEqual(await admin.ok('GET', path), { [field[kind]]: false });
        assert.deepEqual(await admin.ok('PUT', path, { body: { [field[kind]]: true } }), { [field[kind]]: true });
        assert.deepEqual(await admin.ok('GET', path), { [field[kind]]: true });
        assert.deepEqual(await admin.ok('PUT', path, { body: { [field[kind]]: false } }), { [field[kind]]: false });
      }
      const answers = [];
      for (const target of [user.userId, '@nobody:hearth.test', '@who:elsewhere.test', 'nonsense']) {
        for (const method of ['GET', 'PUT']) {
          answers.push(
            await alice.refused(
              403,
              'M_FORBIDDEN',
              method,
              adminPath(kind, target),
              method === 'PUT' ? { body: { [field[kind]]: true } } : {},
            ),
          );
        }
      }
      assert.equal(new Set(answers.map(({ error }) => error)).size, 1);
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', adminPath(kind, user.userId));
    }
  });

  it('users of other servers, unknown and deactivated ones and administrators are refused, and so are wrong bodies', async (place) => {
    const admin = await newAdmin(place);
    const other = await newAdmin(place);
    const user = await somebody(place);
    const gone = await somebody(place);
    const { accounts } = place.hearth.server.accounts;
    await accounts.deactivate((await accounts.find(gone.userId))?.user ?? 0);
    for (const kind of ['suspend', 'lock'] as const) {
      const body = { [field[kind]]: true };
      for (const [status, errcode, target] of [
        [400, 'M_INVALID_PARAM', '@who:elsewhere.test'],
        [400, 'M_INVALID_PARAM', 'nonsense'],
        [404, 'M_NOT_FOUND', '@nobody:hearth.test'],
        [404, 'M_NOT_FOUND', gone.userId],
        [403, 'M_FORBIDDEN', other.userId],
        [403, 'M_FORBIDDEN', admin.userId],
      ] as const) {
        await admin.refused(status, errcode, 'GET', adminPath(kind, target));
        await admin.refused(status, errcode, 'PUT', adminPath(kind, target), { body });
      }
      const path = adminPath(kind, user.userId);
      await admin.refused(400, 'M_MISSING_PARAM', 'PUT', path, { body: {} });
      for (const wrong of ['yes', 1, null, []]) await admin.refused(400, 'M_BAD_JSON', 'PUT', path, { body: { [field[kind]]: wrong } });
      assert.deepEqual(await admin.ok('GET', path), { [field[kind]]: false });
    }
  });

  it('who is locked can do nothing but log out, is told to keep their data, and goes on when unlocked', async (place) => {
    const { hearth } = place;
    const admin = await newAdmin(place);
    const user = await somebody(place);
    const lock = (locked: boolean) => admin.ok('PUT', adminPath('lock', user.userId), { body: { locked } });
    await lock(true);
    const refused = await user.refused(401, 'M_USER_LOCKED', 'GET', clientPath`/sync`);
    assert.equal(refused.soft_logout, true);
    const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user: user.userId }, password };
    await hearth.client.refused(401, 'M_USER_LOCKED', 'POST', clientPath`/login`, { body: login });
    await lock(false);
    await user.sync();
    await lock(true);
    await user.logout();
    await lock(false);
    await user.refused(401, 'M_UNKNOWN_TOKEN', 'GET', clientPath`/sync`);
  });

  it('who is suspended reads, leaves and takes back their own words; all else is refused and changes nothing', async (place) => {
    const { alice } = place;
    const admin = await newAdmin(place);
    const user = await somebody(place);
    const room = await alice.createRoom({ preset: 'public_chat' });
    const invited = await alice.createRoom({ invite: [user.userId] });
    await user.join(room);
    const own = await user.sendText(room, 'mine');
    await alice.setState(room, 'm.room.power_levels', '', { users: { [user.userId]: 90 } });
    const hers = await alice.sendText(room, 'hers');
    await admin.ok('PUT', adminPath('suspend', user.userId), { body: { suspended: true } });

    await user.sync();
    assert.equal((await user.event(room, hers)).content.body, 'hers');
    const refuse = (method: string, path: string, body: object = {}) => user.refused(403, 'M_USER_SUSPENDED', method, path, { body });
    await refuse('PUT', clientPath`/rooms/${room}/send/m.room.message/txn`, { msgtype: 'm.text', body: 'x' });
    await refuse('PUT', clientPath`/rooms/${room}/state/m.room.topic`, { topic: 'x' });
    await refuse('PUT', clientPath`/rooms/${room}/redact/${hers}/txn`);
    await refuse('POST', clientPath`/createRoom`);
    await refuse('POST', clientPath`/rooms/${invited}/join`);
    await refuse('POST', clientPath`/rooms/${room}/invite`, { user_id: '@bob:hearth.test' });
    await refuse('POST', clientPath`/rooms/${room}/kick`, { user_id: alice.userId });
    await refuse('PUT', clientPath`/profile/${user.userId}/displayname`, { displayname: 'x' });
    await refuse('PUT', clientPath`/rooms/${room}/typing/${user.userId}`, { typing: true });

    await user.redact(room, own);
    assert.deepEqual((await alice.event(room, own)).content, {});
    await user.leave(invited);
    await user.leave(room);
    await user.ok('PUT', clientPath`/user/${user.userId}/account_data/org.x`, { body: {} });
    assert.equal((await alice.event(room, hers)).content.body, 'hers');
    await admin.ok('PUT', adminPath('suspend', user.userId), { body: { suspended: false } });
    await user.join(room);
  });

  it('whois tells administrators, and everybody of themselves, where somebody was last seen', async (place) => {
    const { alice, bob, hearth } = place;
    const admin = await newAdmin(place);
    const path = (userId: string): string => clientPath`/admin/whois/${userId}`;
    for (const reader of [admin, alice]) {
      const { user_id: userId, devices } = await reader.ok('GET', path(alice.userId));
      assert.equal(userId, alice.userId);
      assert.equal(devices[alice.deviceId].sessions[0].connections.length, 1);
    }
    await bob.refused(403, 'M_FORBIDDEN', 'GET', path(alice.userId));
    assert.deepEqual(
      await bob.refused(403, 'M_FORBIDDEN', 'GET', path('@nobody:hearth.test')),
      await bob.refused(403, 'M_FORBIDDEN', 'GET', path(alice.userId)),
    );
    await admin.refused(404, 'M_NOT_FOUND', 'GET', path('@nobody:hearth.test'));
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', path(alice.userId));
  });

  it('the capability is told to administrators only', async (place) => {
    const admin = await newAdmin(place);
    const capabilities = async (session: Session) =>
      (await session.ok('GET', clientPath`/capabilities`)).capabilities['m.account_moderation'];
    assert.deepEqual(await capabilities(admin), { suspend: true, lock: true });
    assert.equal(await capabilities(place.alice), undefined);
  });
});
