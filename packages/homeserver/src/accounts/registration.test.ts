import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { outcome, type TestAccounts, testAccounts, testPassword, v3 } from './testing/test-accounts.ts';

let accounts: TestAccounts;
before(async () => {
  accounts = await testAccounts();
  await accounts.register('taken');
});
after(() => accounts.close());

const register = (body: object, query = '') =>
  accounts.call('POST', `${v3}/register${query}`, { body: { password: testPassword, auth: { type: 'm.login.dummy' }, ...body } });

test('a registration answers a session that works, with the device that was asked for', async () => {
  const answer = await register({ username: 'alice', device_id: 'LAPTOP', initial_device_display_name: 'Laptop' });
  assert.deepEqual(
    { ...answer.json, access_token: '…' },
    { user_id: '@alice:hearth.test', home_server: 'hearth.test', device_id: 'LAPTOP', access_token: '…' },
  );
  const me = await accounts.call('GET', `${v3}/account/whoami`, { token: answer.json?.['access_token'] as string });
  assert.deepEqual(me.json, { user_id: '@alice:hearth.test', device_id: 'LAPTOP', is_guest: false });
});

test('inhibit_login makes no session', async () => {
  const answer = await register({ username: 'quiet', inhibit_login: true });
  assert.deepEqual(answer.json, { user_id: '@quiet:hearth.test', home_server: 'hearth.test' });
});

test('capitals become small letters; what no id may have is refused, before any authentication', async () => {
  assert.equal((await register({ username: 'Bob-UPPER' })).json?.['user_id'], '@bob-upper:hearth.test');
  for (const username of ['', 'a b', 'a:b', '@a', 'é', 'a!', 'a"b', 'a\nb', 'ａ', 'x'.repeat(250)]) {
    assert.deepEqual(outcome(await register({ username, auth: undefined })), [400, 'M_INVALID_USERNAME'], JSON.stringify(username));
  }
  for (const username of ['_bridge', 'admin', 'adm1n', 'a-d-m-i-n', 'r00t', 'p0stmaster']) {
    assert.deepEqual(outcome(await register({ username, auth: undefined })), [400, 'M_INVALID_USERNAME'], username);
  }
});

test('a device that cannot be is refused before any authentication, so that no stage and no account is lost on it', async () => {
  const tooLong = 'x'.repeat(256);
  for (const device of [{ device_id: '' }, { device_id: tooLong }, { device_id: 'a\0b' }]) {
    assert.deepEqual(outcome(await register({ username: 'device', ...device, auth: undefined })), [400, 'M_INVALID_PARAM']);
  }
  for (const name of [tooLong, 'a\0b']) {
    const answer = await register({ username: 'device', initial_device_display_name: name, auth: undefined });
    assert.deepEqual(outcome(answer), [400, 'M_INVALID_PARAM']);
  }
  assert.equal((await register({ username: 'device' })).status, 200);
});

test('a taken name is refused before authentication, also one whose account was deactivated, and with other capitals', async () => {
  assert.deepEqual(outcome(await register({ username: 'Taken', auth: undefined })), [400, 'M_USER_IN_USE']);
  await accounts.register('left');
  const left = await accounts.slice.service.accounts.find('@left:hearth.test');
  await accounts.slice.service.accounts.deactivate(left?.user ?? 0);
  assert.deepEqual(outcome(await register({ username: 'left' })), [400, 'M_USER_IN_USE']);
});

test('LG-06: of many registrations of one name at the same time exactly one gets the account', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => register({ username: 'race' })));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers) if (answer.status !== 200) assert.deepEqual(outcome(answer), [400, 'M_USER_IN_USE']);
});

test('a name is invented for who gives none', async () => {
  const [one, two] = [await register({}), await register({})];
  assert.match(String(one.json?.['user_id']), /^@u[a-z0-9]{12}:hearth\.test$/);
  assert.notEqual(one.json?.['user_id'], two.json?.['user_id']);
});

test('a password of fewer than eight characters is weak, also if they take many bytes', async () => {
  for (const password of ['', 'seven77', '😀😀😀😀😀😀😀'])
    assert.deepEqual(outcome(await register({ username: 'weak', password })), [400, 'M_WEAK_PASSWORD']);
  assert.deepEqual(outcome(await register({ username: 'weak', password: 'x'.repeat(1025) })), [400, 'M_INVALID_PARAM']);
  assert.equal((await register({ username: 'weak', password: '12345678' })).status, 200);
});

test('wrong types anywhere are refused', async () => {
  for (const wrong of [
    { username: 1 },
    { password: {} },
    { device_id: [] },
    { inhibit_login: 'no' },
    { refresh_token: 1 },
    { auth: 'dummy' },
    { auth: { type: 5 } },
    { auth: { session: 5 } },
    { initial_device_display_name: false },
  ]) {
    assert.deepEqual(outcome(await register({ username: 'typed', ...wrong })), [400, 'M_BAD_JSON'], JSON.stringify(wrong));
  }
  assert.deepEqual(outcome(await register({ username: 'typed' }, '?kind=alien')), [400, 'M_INVALID_PARAM']);
  assert.deepEqual(outcome(await register({ username: 'typed\0' })), [400, 'M_INVALID_USERNAME']);
});

test('a guest account is refused', async () => {
  assert.deepEqual(outcome(await register({}, '?kind=guest')), [403, 'M_GUEST_ACCESS_FORBIDDEN']);
});

test('with registration closed nothing is told, not even which names are free', async (t) => {
  const closed = await testAccounts({ settings: { mode: 'closed', sharedSecret: undefined, guests: false } });
  t.after(() => closed.close());
  assert.deepEqual(outcome(await closed.call('POST', `${v3}/register`, { body: { username: 'alice', password: testPassword } })), [
    403,
    'M_FORBIDDEN',
  ]);
  assert.deepEqual(outcome(await closed.call('GET', `${v3}/register/available?username=alice`)), [403, 'M_FORBIDDEN']);
});

test('register/available says what a registration would say', async () => {
  const available = (name: string) => accounts.call('GET', `${v3}/register/available?username=${encodeURIComponent(name)}`);
  assert.deepEqual((await available('free')).json, { available: true });
  assert.deepEqual(outcome(await available('taken')), [400, 'M_USER_IN_USE']);
  assert.deepEqual(outcome(await available('not valid')), [400, 'M_INVALID_USERNAME']);
  assert.deepEqual(outcome(await accounts.call('GET', `${v3}/register/available`)), [400, 'M_MISSING_PARAM']);
});

test('a name of an application service is exclusive', async (t) => {
  const bridged = await testAccounts({ isExclusive: (userId) => userId.startsWith('@irc_') });
  t.after(() => bridged.close());
  const body = { username: 'irc_bob', password: testPassword };
  assert.deepEqual(outcome(await bridged.call('POST', `${v3}/register`, { body })), [400, 'M_EXCLUSIVE']);
});
