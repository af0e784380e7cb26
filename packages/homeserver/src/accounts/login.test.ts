import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { outcome, type TestAccounts, testAccounts, testPassword, v3 } from './testing/test-accounts.ts';

let accounts: TestAccounts;
before(async () => {
  accounts = await testAccounts();
  await accounts.register('alice');
});
after(() => accounts.close());

const login = (body: object, prefix = v3) => accounts.call('POST', `${prefix}/login`, { body: { type: 'm.login.password', ...body } });
const whoami = (token: string) => accounts.call('GET', `${v3}/account/whoami`, { token });

test('login works with identifier and with user, with a name and with an id, and whatever the capitals', async () => {
  for (const who of [
    { identifier: { type: 'm.id.user', user: 'alice' } },
    { identifier: { type: 'm.id.user', user: '@alice:hearth.test' } },
    { user: 'alice' },
    { user: 'Alice' },
    { user: '@alice:hearth.test' },
  ]) {
    const answer = await login({ ...who, password: testPassword });
    assert.equal(answer.status, 200, JSON.stringify(who));
    assert.equal(answer.json?.['user_id'], '@alice:hearth.test');
    const token = answer.json?.['access_token'] as string;
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    assert.deepEqual((await whoami(token)).json, { user_id: '@alice:hearth.test', device_id: answer.json?.['device_id'], is_guest: false });
  }
});

test('a wrong password, an unknown user, another server’s user and an e-mail address fail with the same words', async () => {
  const attempts = [
    { user: 'alice', password: 'wrong horse' },
    { user: 'nobody', password: testPassword },
    { user: '@alice:elsewhere.test', password: testPassword },
    { identifier: { type: 'm.id.thirdparty', medium: 'email', address: 'alice@hearth.test' }, password: testPassword },
    { identifier: { type: 'm.id.phone', country: 'GB', phone: '07700900001' }, password: testPassword },
    { medium: 'email', address: 'alice@hearth.test', password: testPassword },
    { user: 'alice', password: '' },
    { user: 'alice', password: '\0' },
    { user: '*)(uid=*', password: '*)(' },
    { user: '', password: testPassword },
    { user: 'alice', password: 'x'.repeat(5000) },
  ];
  const answers = await Promise.all(attempts.map((body) => login(body)));
  for (const [index, answer] of answers.entries()) {
    assert.deepEqual(outcome(answer), [403, 'M_FORBIDDEN'], JSON.stringify(attempts[index]).slice(0, 100));
    assert.deepEqual(answer.json, answers[0]?.json);
  }
});

test('a password is hashed for every attempt, also where there is no such user', async (t) => {
  // Counting hashes is exact where measuring times would not be.
  let verified = 0;
  const counted = await testAccounts({
    passwords: { hash: async () => 'hash', verify: async () => (verified++, false), isWeak: () => false } as never,
  });
  t.after(() => counted.close());
  await counted.register('bob');
  for (const user of ['bob', 'nobody', '@bob:elsewhere.test', '']) {
    await counted.call('POST', `${v3}/login`, { body: { type: 'm.login.password', user, password: 'whatever' } });
  }
  assert.equal(verified, 4);
});

test('what a login lacks or has wrong is said', async () => {
  assert.deepEqual(outcome(await login({ type: 'm.login.magic' })), [400, 'M_UNKNOWN']);
  assert.deepEqual(outcome(await login({ user: 'alice' })), [400, 'M_MISSING_PARAM']);
  assert.deepEqual(outcome(await login({ password: 'x' })), [400, 'M_MISSING_PARAM']);
  assert.deepEqual(outcome(await login({ identifier: { type: 'm.id.user' }, password: 'x' })), [400, 'M_MISSING_PARAM']);
  assert.deepEqual(outcome(await login({ identifier: { type: 'm.id.odd' }, password: 'x' })), [400, 'M_UNKNOWN']);
  assert.deepEqual(outcome(await login({ user: 'alice', password: testPassword, device_id: 'x'.repeat(256) })), [400, 'M_INVALID_PARAM']);
  for (const wrong of [{ user: 7 }, { password: [] }, { identifier: 'alice' }, { device_id: {} }, { refresh_token: 'yes' }]) {
    assert.deepEqual(outcome(await login({ user: 'alice', password: testPassword, ...wrong })), [400, 'M_BAD_JSON'], JSON.stringify(wrong));
  }
});

test('a login with a known device takes over its session and keeps its name', async () => {
  const first = await login({ user: 'alice', password: testPassword, device_id: 'PHONE', initial_device_display_name: 'Phone' });
  const second = await login({ user: 'alice', password: testPassword, device_id: 'PHONE', initial_device_display_name: 'Other' });
  assert.equal((await whoami(first.json?.['access_token'] as string)).status, 401);
  assert.equal((await whoami(second.json?.['access_token'] as string)).status, 200);
  const devices = await accounts.slice.service.devices.list(1);
  assert.equal(devices.find(({ device_id: id }) => id === 'PHONE')?.display_name, 'Phone');
});

test('a login of 2015 works on its paths, in its words, and its device bears a name', async () => {
  for (const prefix of ['/_matrix/client/api/v1', '/_matrix/client/v2_alpha']) {
    const flows = await accounts.call('GET', `${prefix}/login`);
    assert.deepEqual(flows.json, { flows: [{ type: 'm.login.password' }] });
    const answer = await login({ user: 'alice', password: testPassword }, prefix);
    assert.equal(answer.json?.['home_server'], 'hearth.test');
    const device = await accounts.slice.service.devices.one(1, answer.json?.['device_id'] as string);
    assert.equal(device.display_name, '2015 API');
    assert.equal(answer.json?.['refresh_token'], undefined);
  }
});

test('LG-03: a deactivated account cannot log in, a locked one is told so', async () => {
  const { service } = accounts.slice;
  await accounts.register('gone');
  const { token } = await accounts.register('locked', { refresh_token: true });
  const { refreshToken } = await accounts.register('locked2', { refresh_token: true });
  const gone = await service.accounts.find('@gone:hearth.test');
  await service.accounts.deactivate(gone?.user ?? 0);
  assert.deepEqual(outcome(await login({ user: 'gone', password: testPassword })), [403, 'M_FORBIDDEN']);
  for (const name of ['locked', 'locked2']) {
    const account = await service.accounts.find(`@${name}:hearth.test`);
    await service.accounts.setLocked(account?.user ?? 0, true);
  }
  const answer = await login({ user: 'locked', password: testPassword });
  assert.deepEqual(outcome(answer), [401, 'M_USER_LOCKED']);
  assert.equal(answer.json?.['soft_logout'], true);
  assert.deepEqual(outcome(await whoami(token)), [401, 'M_USER_LOCKED']);
  const refreshed = await accounts.call('POST', `${v3}/refresh`, { body: { refresh_token: refreshToken } });
  assert.deepEqual(outcome(refreshed), [401, 'M_USER_LOCKED']);
});

test('too many wrong passwords for an account from an address are refused for a while, also with the right one', async (t) => {
  const limited = await testAccounts({ limited: true });
  t.after(() => limited.close());
  await limited.register('carol');
  const attempt = (password: string) =>
    limited.call('POST', `${v3}/login`, { body: { type: 'm.login.password', user: 'carol', password } });
  for (let count = 0; count < 5; count += 1) assert.equal((await attempt('wrong horse')).status, 403);
  assert.deepEqual(outcome(await attempt(testPassword)), [429, 'M_LIMIT_EXCEEDED']);
  limited.clock.advance(60_000);
  assert.equal((await attempt(testPassword)).status, 200);
});
