import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { outcome, type TestAccounts, testAccounts, testPassword, v3 } from './testing/test-accounts.ts';
import { Secret } from '@hearth/kit';

const secret = 'the secret of this test';
let accounts: TestAccounts;
before(async () => {
  // Closed: who knows the secret needs no open registration.
  accounts = await testAccounts({ settings: { mode: 'closed', sharedSecret: new Secret(secret), guests: false } });
});
after(() => accounts.close());

const path = '/_synapse/admin/v1/register';
const nonce = async (): Promise<string> => String((await accounts.call('GET', path)).json?.['nonce']);
/** As Synapse's documentation describes it. */
const mac = (parts: readonly string[], key = secret) => createHmac('sha1', key).update(parts.join('\0')).digest('hex');
const register = (body: object) => accounts.call('POST', path, { body });

test('who knows the secret makes accounts, also administrators', async () => {
  const first = await nonce();
  const answer = await register({
    nonce: first,
    username: 'alice',
    password: testPassword,
    mac: mac([first, 'alice', testPassword, 'notadmin']),
  });
  assert.deepEqual(Object.keys(answer.json ?? {}).sort(), ['access_token', 'device_id', 'home_server', 'user_id']);
  const second = await nonce();
  await register({
    nonce: second,
    username: 'admin',
    password: testPassword,
    admin: true,
    mac: mac([second, 'admin', testPassword, 'admin']).toUpperCase(),
  });
  const third = await nonce();
  const bot = {
    nonce: third,
    username: 'bot',
    password: testPassword,
    user_type: 'bot',
    mac: mac([third, 'bot', testPassword, 'notadmin', 'bot']),
  };
  assert.equal((await register(bot)).status, 200);
  const admins = (await accounts.slice.service.accounts.listAfter(0)).filter(({ admin }) => admin === 1);
  assert.deepEqual(
    admins.map(({ user_id: id }) => id),
    ['@admin:hearth.test'],
  );
  const me = await accounts.call('GET', `${v3}/account/whoami`, { token: String(answer.json?.['access_token']) });
  assert.equal(me.json?.['user_id'], '@alice:hearth.test');
});

test('a wrong mac, one for other words, and one with another secret are refused', async () => {
  const fresh = await nonce();
  const body = { nonce: fresh, username: 'eve', password: testPassword };
  for (const wrong of [
    '',
    'x',
    mac([fresh, 'eve', testPassword, 'notadmin'], 'other'),
    mac([fresh, 'eve', testPassword, 'admin']),
    mac([fresh, 'eve', 'other', 'notadmin']),
  ]) {
    assert.deepEqual(outcome(await register({ ...body, mac: wrong })), [403, 'M_FORBIDDEN']);
  }
  assert.deepEqual(outcome(await register({ ...body, admin: true, mac: mac([fresh, 'eve', testPassword, 'notadmin']) })), [
    403,
    'M_FORBIDDEN',
  ]);
});

test('a nonce is ours, lives a minute and works once, also in a race', async () => {
  const signed = (given: string, username: string) =>
    register({ nonce: given, username, password: testPassword, mac: mac([given, username, testPassword, 'notadmin']) });
  for (const foreign of ['', 'made-up', `${accounts.clock.now() + 1000}.abc.def`])
    assert.deepEqual(outcome(await signed(foreign, 'foreign')), [400, 'M_UNKNOWN']);
  const late = await nonce();
  accounts.clock.advance(60_000);
  assert.deepEqual(outcome(await signed(late, 'late')), [400, 'M_UNKNOWN']);
  const one = await nonce();
  const answers = await Promise.all(['race1', 'race2', 'race3'].map((name) => signed(one, name)));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 400, 400],
  );
  assert.deepEqual(outcome(await signed(one, 'again')), [400, 'M_UNKNOWN']);
});

test('names and passwords are held to the same rules', async () => {
  const signed = async (username: string, password = testPassword) => {
    const fresh = await nonce();
    return register({ nonce: fresh, username, password, mac: mac([fresh, username, password, 'notadmin']) });
  };
  await signed('taken');
  assert.deepEqual(outcome(await signed('taken')), [400, 'M_USER_IN_USE']);
  assert.deepEqual(outcome(await signed('no way')), [400, 'M_INVALID_USERNAME']);
  assert.deepEqual(outcome(await signed('weak', 'short')), [400, 'M_WEAK_PASSWORD']);
  assert.deepEqual(outcome(await register({ nonce: 1 })), [400, 'M_MISSING_PARAM']);
  assert.deepEqual(outcome(await register({ nonce: 'a', username: 5, password: 'b', mac: 'c' })), [400, 'M_BAD_JSON']);
});

test('without a secret it is off', async (t) => {
  const off = await testAccounts();
  t.after(() => off.close());
  assert.deepEqual(outcome(await off.call('GET', path)), [400, 'M_UNKNOWN']);
  assert.deepEqual(
    outcome(
      await off.call('POST', path, { body: { nonce: 'a', username: 'b', password: 'c', mac: mac(['a', 'b', 'c', 'notadmin'], '') } }),
    ),
    [400, 'M_UNKNOWN'],
  );
});
