import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { newPostgresDatabase, type TestDatabase } from '@hearth/storage/testing';
import { answersToWrongTypes, type Session, startHearth, type TestHearth } from '@hearth/testkit';

const v3 = '/_matrix/client/v3';
const v1 = '/_matrix/client/api/v1';
const v2a = '/_matrix/client/v2_alpha';
const password = 'correct horse battery';
const passwordOf = (person: Session): object => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: person.userId },
  password,
});

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`accounts on ${engine}`, () => {
    let hearth: TestHearth;
    let database: TestDatabase | undefined;
    let alice: Session;
    let bob: Session;
    before(async () => {
      database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      alice = await hearth.client.register('alice', password);
      bob = await hearth.client.register('bob', password);
    });
    after(async () => {
      await hearth.stop();
      await database?.remove();
    });

    test('register, login, whoami, logout', async () => {
      const phone = await hearth.client.login('alice', password, { device_id: 'PHONE', initial_device_display_name: 'Phone' });
      assert.deepEqual(await phone.whoami(), { user_id: '@alice:hearth.test', device_id: 'PHONE', is_guest: false });
      await phone.logout();
      await phone.refused(401, 'M_UNKNOWN_TOKEN', 'GET', `${v3}/account/whoami`);
      assert.equal((await alice.whoami()).user_id, '@alice:hearth.test');
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', `${v3}/logout`);
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', `${v3}/logout/all`);
    });

    test('refresh tokens, from asking for them at login to the end of the old pair', async () => {
      const login = await hearth.client.ok('POST', `${v3}/login`, {
        body: { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' }, password, refresh_token: true },
      });
      const renewed = await hearth.client.ok('POST', `${v3}/refresh`, { body: { refresh_token: login.refresh_token } });
      assert.equal((await hearth.client.withToken(renewed.access_token).ok('GET', `${v3}/account/whoami`)).device_id, login.device_id);
      await hearth.client.withToken(login.access_token).refused(401, 'M_UNKNOWN_TOKEN', 'GET', `${v3}/account/whoami`);
      const spent = await hearth.client.refused(401, 'M_UNKNOWN_TOKEN', 'POST', `${v3}/refresh`, {
        body: { refresh_token: login.refresh_token },
      });
      assert.equal(spent.soft_logout, true);
    });

    test('devices: list, look at, rename, remove one and several; other people’s are not there', async () => {
      const tablet = await hearth.client.login('alice', password, { device_id: 'TABLET', initial_device_display_name: 'Tablet' });
      await hearth.client.login('alice', password, { device_id: 'WATCH' });
      const { devices } = await alice.ok('GET', `${v3}/devices`);
      assert.deepEqual(
        devices.map((device: { device_id: string }) => device.device_id).filter((id: string) => ['TABLET', 'WATCH'].includes(id)),
        ['TABLET', 'WATCH'],
      );
      const one = await alice.ok('GET', `${v3}/devices/TABLET`);
      assert.deepEqual([one.device_id, one.display_name, one.last_seen_ip], ['TABLET', 'Tablet', '127.0.0.1']);
      assert.deepEqual(await alice.ok('PUT', `${v3}/devices/TABLET`, { body: { display_name: 'Old tablet' } }), {});
      assert.deepEqual(await alice.ok('PUT', `${v3}/devices/TABLET`, { body: {} }), {});
      assert.equal((await alice.ok('GET', `${v3}/devices/TABLET`)).display_name, 'Old tablet');
      await alice.refused(400, 'M_INVALID_PARAM', 'PUT', `${v3}/devices/TABLET`, { body: { display_name: 'x'.repeat(201) } });

      await bob.refused(404, 'M_NOT_FOUND', 'GET', `${v3}/devices/TABLET`);
      for (const body of [{}, { display_name: 'Mine' }]) await bob.refused(404, 'M_NOT_FOUND', 'PUT', `${v3}/devices/TABLET`, { body });
      await bob.ok('DELETE', `${v3}/devices/TABLET`, { body: { auth: passwordOf(bob) } });
      assert.equal((await tablet.whoami()).device_id, 'TABLET');

      await alice.ok('DELETE', `${v3}/devices/TABLET`, { body: { auth: passwordOf(alice) } });
      await tablet.refused(401, 'M_UNKNOWN_TOKEN', 'GET', `${v3}/account/whoami`);
      await alice.ok('POST', `${v3}/delete_devices`, { body: { devices: ['WATCH', 'UNKNOWN'], auth: passwordOf(alice) } });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', `${v3}/devices/WATCH`);
      for (const answer of await answersToWrongTypes(alice, 'PUT', `${v3}/devices/${alice.deviceId}`, { display_name: 'A' }))
        assert.equal(answer.status, 400);
      for (const answer of await answersToWrongTypes(alice, 'POST', `${v3}/delete_devices`, { devices: ['X'], auth: {} }))
        assert.equal(answer.status, 400, answer.pointer);
    });

    test('LG-08: a new password ends the other sessions, unless the client asks to keep them', async () => {
      const carol = await hearth.client.register('carol', password);
      const second = await hearth.client.login('carol', password);
      const change = (body: object) => carol.ok('POST', `${v3}/account/password`, { body: { ...body, auth: passwordOf(carol) } });
      assert.deepEqual(await change({ new_password: password, logout_devices: false }), {});
      assert.equal((await second.whoami()).user_id, carol.userId);
      await change({ new_password: 'another password' });
      await second.refused(401, 'M_UNKNOWN_TOKEN', 'GET', `${v3}/account/whoami`);
      assert.equal((await carol.whoami()).user_id, carol.userId);
      assert.equal((await carol.ok('GET', `${v3}/devices`)).devices.length, 1);
      await hearth.client.login('carol', 'another password');
      await hearth.client.refused(403, 'M_FORBIDDEN', 'POST', `${v3}/login`, {
        body: { type: 'm.login.password', user: 'carol', password },
      });
      await carol.refused(400, 'M_WEAK_PASSWORD', 'POST', `${v3}/account/password`, { body: { new_password: 'short' } });
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', `${v3}/account/password`, { body: { new_password: password } });
      for (const answer of await answersToWrongTypes(carol, 'POST', `${v3}/account/password`, {
        new_password: password,
        logout_devices: true,
        auth: {},
      })) {
        assert.equal(answer.status, 400, answer.pointer);
      }
    });

    test('LG-08: a password that the administrator resets ends all sessions', async () => {
      const dave = await hearth.client.register('dave', password);
      const { accounts } = hearth.server.accounts;
      const account = await accounts.findByLogin('dave');
      await accounts.setPassword(account?.user ?? 0, 'given by the admin', '');
      await dave.refused(401, 'M_UNKNOWN_TOKEN', 'GET', `${v3}/account/whoami`);
      await hearth.client.login('dave', 'given by the admin');
    });

    test('a deactivated account leaves its rooms, declines invitations, loses its profile and never comes back', async () => {
      const erin = await hearth.client.register('erin', password);
      const joined = await bob.createRoom({ preset: 'public_chat' });
      const invited = await bob.createRoom({ invite: [erin.userId] });
      await erin.join(joined);
      await erin.ok('PUT', `${v3}/profile/${encodeURIComponent(erin.userId)}/displayname`, { body: { displayname: 'Erin' } });
      const { next_batch: since } = await bob.sync();
      const answer = await erin.ok('POST', `${v3}/account/deactivate`, { body: { auth: passwordOf(erin) } });
      assert.deepEqual(answer, { id_server_unbind_result: 'success' });
      await erin.refused(401, 'M_UNKNOWN_TOKEN', 'GET', `${v3}/account/whoami`);
      const left = new Set<string>();
      await bob.syncUntil((body) => {
        for (const [room, { timeline }] of Object.entries<{
          timeline?: { events: { state_key?: string; content: { membership?: string } }[] };
        }>(body.rooms?.join ?? {})) {
          if (timeline?.events.some((event) => event.state_key === erin.userId && event.content.membership === 'leave')) left.add(room);
        }
        return left.size === 2 ? true : undefined;
      }, since);
      assert.deepEqual([...left].toSorted(), [joined, invited].toSorted());
      await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', `${v3}/profile/${encodeURIComponent(erin.userId)}`);
      await hearth.client.refused(403, 'M_FORBIDDEN', 'POST', `${v3}/login`, {
        body: { type: 'm.login.password', user: 'erin', password },
      });
      await hearth.client.refused(400, 'M_USER_IN_USE', 'POST', `${v3}/register`, { body: { username: 'erin', password } });
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', `${v3}/account/deactivate`, { body: {} });
      for (const wrong of await answersToWrongTypes(bob, 'POST', `${v3}/account/deactivate`, { auth: {}, id_server: 'x', erase: false }))
        assert.equal(wrong.status, 400, wrong.pointer);
    });

    test('no field of register, login and refresh takes a wrong type', async () => {
      const register = {
        username: 'typed',
        password,
        device_id: 'X',
        initial_device_display_name: 'X',
        inhibit_login: false,
        refresh_token: false,
        auth: {},
      };
      for (const answer of await answersToWrongTypes(hearth.client, 'POST', `${v3}/register`, register))
        assert.equal(answer.status, 400, answer.pointer);
      const login = {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: 'bob' },
        password: 'wrong',
        device_id: 'X',
        initial_device_display_name: 'X',
        refresh_token: false,
      };
      for (const answer of await answersToWrongTypes(hearth.client, 'POST', `${v3}/login`, login))
        assert.equal(answer.status, 400, answer.pointer);
      for (const answer of await answersToWrongTypes(hearth.client, 'POST', `${v3}/refresh`, { refresh_token: 'x' }))
        assert.equal(answer.status, 400, answer.pointer);
    });

    test('there are no e-mail addresses and telephone numbers', async () => {
      assert.deepEqual(await alice.ok('GET', `${v3}/account/3pid`), { threepids: [] });
      assert.deepEqual(await alice.ok('GET', `${v2a}/account/3pid`), { threepids: [] });
    });

    test('2015: register and login in one step, with and without name and password', async () => {
      const flows = (await hearth.client.ok('GET', `${v1}/register`)).flows;
      assert.equal(flows[0].type, 'm.login.password');
      const answer = await hearth.client.ok('POST', `${v1}/register`, {
        body: { type: 'm.login.password', user: 'example', password: 'wordpass' },
      });
      assert.deepEqual([answer.user_id, answer.home_server], ['@example:hearth.test', 'hearth.test']);
      const devices = await hearth.client.withToken(answer.access_token).ok('GET', `${v3}/devices`);
      assert.equal(devices.devices[0].display_name, '2015 API');
      const login = await hearth.client.ok('POST', `${v1}/login`, {
        body: { type: 'm.login.password', user: 'example', password: 'wordpass' },
      });
      assert.equal(
        (await hearth.client.ok('GET', `${v1}/account/whoami?access_token=${login.access_token}`)).user_id,
        '@example:hearth.test',
      );
      const bare = await hearth.client.ok('POST', `${v1}/register`, { body: { type: 'm.login.password' } });
      assert.match(bare.user_id, /^@u[a-z0-9]{12}:hearth\.test$/);
      await hearth.client.refused(403, 'M_FORBIDDEN', 'POST', `${v1}/login`, {
        body: { type: 'm.login.password', user: bare.user_id, password: '' },
      });
      await hearth.client.refused(400, 'M_USER_IN_USE', 'POST', `${v1}/register`, {
        body: { type: 'm.login.password', user: 'example', password: 'wordpass' },
      });
      await hearth.client.refused(400, 'M_UNKNOWN', 'POST', `${v1}/register`, {
        body: { type: 'm.login.magic', user: 'x', password: 'wordpass' },
      });
      await hearth.client.refused(400, 'M_MISSING_PARAM', 'POST', `${v1}/register`, { body: { user: 'x', password: 'wordpass' } });
      await hearth.client.refused(400, 'M_UNKNOWN', 'POST', `${v1}/login`, {
        body: { type: 'm.login.magic', user: 'x', password: 'wordpass' },
      });
      await hearth.client.refused(403, 'M_FORBIDDEN', 'POST', `${v1}/login`, {
        body: { type: 'm.login.password', user: 'example', password: 'wrong' },
      });
      await hearth.client.refused(400, 'M_BAD_JSON', 'POST', `${v1}/register`, {
        body: { type: 'm.login.password', user: {}, password: 'wordpass' },
      });
    });

    test('2015: v2_alpha registers with user-interactive authentication, and tokenrefresh swaps tokens', async () => {
      const body = { username: 'second', password, refresh_token: true };
      const asked = await hearth.client.request('POST', `${v2a}/register`, { body });
      assert.deepEqual([asked.status, asked.body.flows], [401, [{ stages: ['m.login.dummy'] }]]);
      const made = await hearth.client.ok('POST', `${v2a}/register`, {
        body: { ...body, auth: { type: 'm.login.dummy', session: asked.body.session } },
      });
      assert.equal(made.home_server, 'hearth.test');
      const swapped = await hearth.client.ok('POST', `${v1}/tokenrefresh`, { body: { refresh_token: made.refresh_token } });
      const again = await hearth.client.ok('POST', `${v2a}/tokenrefresh`, { body: { refresh_token: swapped.refresh_token } });
      assert.equal((await hearth.client.withToken(again.access_token).ok('GET', `${v3}/account/whoami`)).user_id, '@second:hearth.test');
      await hearth.client.refused(403, 'M_FORBIDDEN', 'POST', `${v1}/tokenrefresh`, { body: { refresh_token: made.refresh_token } });
    });

    test('accounts and sessions are there after a restart', async () => {
      hearth = await hearth.restart();
      const again = hearth.client.withToken(bob.token);
      assert.equal((await again.ok('GET', `${v3}/account/whoami`)).user_id, bob.userId);
      assert.equal(await hearth.server.setupUrl(), undefined);
      await hearth.client.login('alice', password);
    });
  });
}
