import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type Answer } from '../../http/testing/loopback-edge.ts';
import { outcome, type TestAccounts, testAccounts, testPassword, v3 } from '../testing/test-accounts.ts';
import { sessionLifeMs } from './session-store.ts';

type Person = Awaited<ReturnType<TestAccounts['register']>>;
type Protected = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: object;
  readonly otherBody: object;
};

let accounts: TestAccounts;
let mallory: Person;
before(async () => {
  accounts = await testAccounts();
  mallory = await accounts.register('mallory');
});
after(() => accounts.close());

/** Every request that needs more than a token; the last goes first in each test, since it ends the account. */
const protectedRequests: readonly Protected[] = [
  { name: 'deleteDevice', method: 'DELETE', path: `${v3}/devices/OTHER`, body: {}, otherBody: { more: 1 } },
  {
    name: 'deleteDevices',
    method: 'POST',
    path: `${v3}/delete_devices`,
    body: { devices: ['OTHER'] },
    otherBody: { devices: ['OTHER', 'MORE'] },
  },
  {
    name: 'changePassword',
    method: 'POST',
    path: `${v3}/account/password`,
    body: { new_password: testPassword, logout_devices: false },
    otherBody: { new_password: 'another horse' },
  },
  { name: 'deactivateAccount', method: 'POST', path: `${v3}/account/deactivate`, body: {}, otherBody: { erase: true } },
];

const send = ({ method, path }: Protected, person: Person, body: object, auth?: object) =>
  accounts.call(method, path, { token: person.token, body: auth === undefined ? body : { ...body, auth } });
const password = (person: Person, session?: string, given = testPassword): object => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: person.userId },
  password: given,
  ...(session === undefined ? {} : { session }),
});
const sessionOf = (answer: Answer): string => String(answer.json?.['session']);

let people = 0;
const somebody = () => accounts.register(`person${(people += 1)}`);

for (const request of protectedRequests) {
  test(`LG-05 ${request.name}: without proof the flows are told, and nothing happens`, async () => {
    const alice = await somebody();
    const answer = await send(request, alice, request.body);
    assert.deepEqual({ ...answer.json, session: '…' }, { flows: [{ stages: ['m.login.password'] }], params: {}, session: '…' });
    assert.equal(answer.status, 401);
    const login = await accounts.call('POST', `${v3}/login`, {
      body: { type: 'm.login.password', user: alice.userId, password: testPassword },
    });
    assert.equal(login.status, 200);
  });

  test(`LG-05 ${request.name}: with the password it happens, in one step or with a session`, async () => {
    const alice = await somebody();
    assert.equal((await send(request, alice, request.body, password(alice))).status, 200);
    const bob = await somebody();
    const session = sessionOf(await send(request, bob, request.body));
    assert.equal((await send(request, bob, request.body, password(bob, session))).status, 200);
  });

  test(`LG-05 ${request.name}: a wrong password repeats the flows with the same session, which may be tried again`, async () => {
    const alice = await somebody();
    const session = sessionOf(await send(request, alice, request.body));
    const wrong = await send(request, alice, request.body, password(alice, session, 'wrong horse'));
    assert.deepEqual(outcome(wrong), [401, 'M_FORBIDDEN']);
    assert.deepEqual([wrong.json?.['flows'], wrong.json?.['session']], [[{ stages: ['m.login.password'] }], session]);
    assert.deepEqual(outcome(await send(request, alice, request.body, password(alice, undefined, ''))), [401, 'M_FORBIDDEN']);
    assert.equal((await send(request, alice, request.body, password(alice, session))).status, 200);
  });

  test(`LG-05 ${request.name}: somebody else’s session, password or name is refused`, async () => {
    const alice = await somebody();
    const foreign = sessionOf(await send(request, mallory, request.body));
    assert.deepEqual(outcome(await send(request, alice, request.body, password(alice, foreign))), [401, 'M_UNKNOWN']);
    assert.deepEqual(outcome(await send(request, alice, request.body, password(mallory))), [403, 'M_FORBIDDEN']);
    assert.deepEqual(
      outcome(await send(request, alice, request.body, { type: 'm.login.password', user: 'mallory', password: testPassword })),
      [403, 'M_FORBIDDEN'],
    );
    const byMail = {
      type: 'm.login.password',
      identifier: { type: 'm.id.thirdparty', medium: 'email', address: 'a@b' },
      password: testPassword,
    };
    assert.deepEqual(outcome(await send(request, alice, request.body, byMail)), [401, 'M_FORBIDDEN']);
  });

  test(`LG-05 ${request.name}: an expired session, an unknown one and one of another body or operation are refused with a fresh one`, async () => {
    const alice = await somebody();
    const expired = sessionOf(await send(request, alice, request.body));
    accounts.clock.advance(sessionLifeMs);
    // At once: whoever begins another session sweeps up the expired ones.
    assert.deepEqual(outcome(await send(request, alice, request.body, password(alice, expired))), [401, 'M_UNKNOWN']);
    const other = sessionOf(await send(request, alice, request.otherBody));
    const elsewhere = protectedRequests.find(({ name }) => name !== request.name) as Protected;
    const ofOther = sessionOf(await send(elsewhere, alice, elsewhere.body));
    for (const session of [expired, 'nonsense', '', other, ofOther]) {
      const answer = await send(request, alice, request.body, password(alice, session));
      assert.deepEqual(outcome(answer), [401, 'M_UNKNOWN']);
      assert.notEqual(answer.json?.['session'], session);
    }
  });

  test(`LG-05 ${request.name}: stages that are not offered prove nothing, nor does a session without any`, async () => {
    const alice = await somebody();
    const session = sessionOf(await send(request, alice, request.body));
    for (const type of ['m.login.dummy', 'm.login.registration_token', 'm.login.magic']) {
      assert.deepEqual(outcome(await send(request, alice, request.body, { type, session })), [401, 'M_UNRECOGNIZED']);
    }
    const nothing = await send(request, alice, request.body, { session });
    assert.deepEqual([nothing.status, nothing.json?.['errcode']], [401, undefined]);
    assert.deepEqual(outcome(await send(request, alice, request.body, {})), [400, 'M_MISSING_PARAM']);
  });
}

test('LG-05: a session is used up, also when two requests bring it at the same time', async () => {
  const alice = await somebody();
  const request = protectedRequests[1] as Protected;
  const session = sessionOf(await send(request, alice, request.body));
  const answers = await Promise.all(Array.from({ length: 4 }, () => send(request, alice, request.body, password(alice, session))));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 401, 401, 401],
  );
  assert.deepEqual(outcome(await send(request, alice, request.body, password(alice, session))), [401, 'M_UNKNOWN']);
});

test('LG-05: a session of one operation proves nothing for another with the very same body', async () => {
  const alice = await somebody();
  const body = { devices: [], new_password: testPassword };
  const [removal, change, end] = ['deleteDevices', 'changePassword', 'deactivateAccount'].map((name) =>
    protectedRequests.find((one) => one.name === name),
  ) as Protected[];
  const session = sessionOf(await send(removal as Protected, alice, body));
  for (const other of [change, end])
    assert.deepEqual(outcome(await send(other as Protected, alice, body, password(alice, session))), [401, 'M_UNKNOWN']);
});

test('LG-05: the device in the path is part of what is proven', async () => {
  const alice = await somebody();
  const session = sessionOf(await accounts.call('DELETE', `${v3}/devices/ONE`, { token: alice.token, body: {} }));
  const answer = await accounts.call('DELETE', `${v3}/devices/TWO`, { token: alice.token, body: { auth: password(alice, session) } });
  assert.deepEqual(outcome(answer), [401, 'M_UNKNOWN']);
});

test('an account without a password cannot prove anything with one', async () => {
  const answer = await accounts.call('POST', `${v3}/register`, { body: { username: 'bare', auth: { type: 'm.login.dummy' } } });
  const bare = { token: String(answer.json?.['access_token']), userId: '@bare:hearth.test' } as Person;
  for (const given of ['', 'null', 'undefined', testPassword]) {
    const request = protectedRequests[0] as Protected;
    assert.deepEqual(outcome(await send(request, bare, {}, password(bare, undefined, given))), [401, 'M_FORBIDDEN']);
  }
});

test('registration with a token: the token is a stage, is used by the account that it makes, and then is used up', async (t) => {
  const tokens = await testAccounts({ settings: { mode: 'token', sharedSecret: undefined, guests: false } });
  t.after(() => tokens.close());
  const { registrationTokens } = tokens.slice.service;
  await registrationTokens.create({ token: 'once', usesAllowed: 1 });
  await registrationTokens.create({ token: 'late', expiresTs: tokens.clock.now() + 1000 });
  const register = (username: string, auth?: object) =>
    tokens.call('POST', `${v3}/register`, { body: { username, password: testPassword, ...(auth ? { auth } : {}) } });
  const valid = async (token: string) =>
    (await tokens.call('GET', `/_matrix/client/v1/register/m.login.registration_token/validity?token=${token}`)).json;
  const first = await register('alice');
  assert.deepEqual(first.json?.['flows'], [{ stages: ['m.login.registration_token'] }]);
  const auth = (token: unknown, session = sessionOf(first)) => ({ type: 'm.login.registration_token', token, session });
  for (const token of ['wrong', '', 5, null, 'with space', 'x'.repeat(65)])
    assert.deepEqual(outcome(await register('alice', auth(token))), [401, 'M_FORBIDDEN']);
  assert.deepEqual(outcome(await register('alice', { type: 'm.login.dummy', session: sessionOf(first) })), [401, 'M_UNRECOGNIZED']);
  assert.deepEqual(await valid('once'), { valid: true });
  assert.equal((await register('alice', auth('once'))).status, 200);
  assert.deepEqual(await valid('once'), { valid: false });
  assert.deepEqual(outcome(await register('bob', auth('once', sessionOf(await register('bob'))))), [401, 'M_FORBIDDEN']);
  assert.deepEqual(await valid('late'), { valid: true });
  tokens.clock.advance(1000);
  assert.deepEqual(await valid('late'), { valid: false });
});

test('LG-06: a token with one use makes one account, whoever is faster', async (t) => {
  const tokens = await testAccounts({ settings: { mode: 'token', sharedSecret: undefined, guests: false } });
  t.after(() => tokens.close());
  await tokens.slice.service.registrationTokens.create({ token: 'once', usesAllowed: 1 });
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((username) =>
      tokens.call('POST', `${v3}/register`, {
        body: { username, password: testPassword, auth: { type: 'm.login.registration_token', token: 'once' } },
      }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 403, 403],
  );
});

const form = (fields: Record<string, string>) => ({
  body: new URLSearchParams(fields).toString(),
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
});

test('a stage can be passed on a page, after which the session alone completes the request', async () => {
  const alice = await somebody();
  const request = protectedRequests[1] as Protected;
  const session = sessionOf(await send(request, alice, request.body));
  const page = `${v3}/auth/m.login.password/fallback/web`;
  const shown = await accounts.call('GET', `${page}?session=${session}`);
  assert.match(shown.text, new RegExp(`name="session" value="${session}"`));
  assert.match(String(shown.headers['content-security-policy']), /script-src 'self'/);
  const wrong = await accounts.call('POST', page, form({ session, password: 'wrong horse' }));
  assert.deepEqual([wrong.status, /The password is wrong/.test(wrong.text)], [400, true]);
  assert.equal((await send(request, alice, request.body, { session })).status, 401);
  const done = await accounts.call('POST', page, form({ session, password: testPassword }));
  assert.match(done.text, /<script src="\.\.\/\.\.\/done\.js"><\/script>/);
  assert.doesNotMatch(done.text, /<script>/);
  assert.match((await accounts.call('GET', `${v3}/auth/done.js`)).text, /onAuthDone/);
  assert.equal((await send(request, alice, request.body, { session })).status, 200);
  assert.equal((await send(request, alice, request.body, { session })).status, 401);
});

test('LG-10: pages of sessions or stages that are not there say so, and nothing that was sent stands in them unescaped', async () => {
  const session = sessionOf(await send(protectedRequests[1] as Protected, mallory, { devices: [] }));
  const evil = '"><script>alert(1)</script>';
  for (const [stage, id] of [
    ['m.login.password', evil],
    [evil, session],
    ['m.login.dummy', session],
    ['m.login.password', 'gone'],
  ]) {
    const path = `${v3}/auth/${encodeURIComponent(stage ?? '')}/fallback/web`;
    for (const answer of [
      await accounts.call('GET', `${path}?session=${encodeURIComponent(id ?? '')}`),
      await accounts.call('POST', path, form({ session: id ?? '', password: evil })),
    ]) {
      assert.equal(answer.status, 404);
      assert.ok(!answer.text.includes('<script>alert'));
    }
  }
  assert.deepEqual(outcome(await accounts.call('GET', `${v3}/auth/m.login.dummy/fallback/web`)), [400, 'M_MISSING_PARAM']);
});
