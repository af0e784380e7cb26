import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { readSetupToken, setupTokenInsertion } from './setup-store.ts';
import { type TestAccounts, testAccounts, testPassword, v3 } from './testing/test-accounts.ts';
import { tokenHash } from './tokens.ts';

let accounts: TestAccounts;
before(async () => {
  accounts = await testAccounts();
});
after(() => accounts.close());

const form = (fields: Record<string, string>) => ({
  body: new URLSearchParams(fields).toString(),
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
});
const link = async (): Promise<string> => (await accounts.slice.setupUrl('https://matrix.hearth.test/')) ?? '';
const fill = (token: string, fields: Record<string, string> = {}) =>
  accounts.call('POST', '/setup', form({ token, user: 'alice', password: testPassword, password2: testPassword, ...fields }));

test('a link without its token, with a wrong or an old one makes nothing', async () => {
  const old = await link();
  assert.match(old, /^https:\/\/matrix\.hearth\.test\/setup\?token=[A-Za-z0-9_-]{43}$/);
  const [, token = ''] = (await link()).split('token=');
  for (const wrong of ['', 'nonsense', old.split('token=')[1] ?? '', `${token}x`]) {
    assert.equal((await accounts.call('GET', `/setup?token=${wrong}`)).status, 403);
    assert.equal((await fill(wrong)).status, 403);
  }
  assert.equal((await accounts.call('GET', '/setup')).status, 403);
  assert.equal(await accounts.slice.service.accounts.any(), false);
});

test('what is wrong stands beside its field, and what was typed is kept, escaped; passwords are not', async () => {
  const [, token = ''] = (await link()).split('token=');
  const cases: [Record<string, string>, RegExp][] = [
    [{ password2: 'something else' }, /The two passwords differ/],
    [{ password: 'short', password2: 'short' }, /at least 8 characters/],
    [{ user: 'not valid' }, /A user name may have/],
    [{ user: '' }, /A user name may have/],
    [{ user: '"><script>alert(1)</script>' }, /A user name may have/],
  ];
  for (const [fields, message] of cases) {
    const answer = await fill(token, fields);
    assert.equal(answer.status, 400);
    assert.match(answer.text, message);
    assert.match(answer.text, /role="alert"/);
    assert.ok(answer.text.includes(`value="${token}"`));
    assert.ok(!answer.text.includes('<script>'));
    assert.ok(!answer.text.includes(testPassword));
  }
  assert.equal((await accounts.call('POST', '/setup', form({ token }))).status, 400);
});

test('the form makes the administrator, once, also when it is sent twice at the same time; then links are over', async () => {
  const [, token = ''] = (await link()).split('token=');
  const shown = await accounts.call('GET', `/setup?token=${token}`);
  assert.equal(shown.status, 200);
  assert.match(String(shown.headers['content-security-policy']), /frame-ancestors 'none'/);
  const answers = await Promise.all([fill(token, { user: 'Alice' }), fill(token, { user: 'eve' }), fill(token, { user: 'mallory' })]);
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 403, 403],
  );
  const done = answers.find(({ status }) => status === 200);
  assert.match(done?.text ?? '', /https:\/\/matrix\.hearth\.test/);
  const all = await accounts.slice.service.accounts.listAfter(0);
  assert.deepEqual(
    all.map(({ admin }) => admin),
    [1],
  );
  assert.equal((await fill(token)).status, 403);
  assert.equal((await accounts.call('GET', `/setup?token=${token}`)).status, 403);
  assert.equal(await accounts.slice.setupUrl('https://matrix.hearth.test'), undefined);
  const login = await accounts.call('POST', `${v3}/login`, {
    body: { type: 'm.login.password', user: all[0]?.user_id, password: testPassword },
  });
  assert.equal(login.status, 200);
});

test('the link dies with the first account, however that was made', async (t) => {
  const other = await testAccounts();
  t.after(() => other.close());
  const url = (await other.slice.setupUrl('http://localhost')) ?? '';
  const path = url.slice('http://localhost'.length);
  assert.equal((await other.call('GET', path)).status, 200);
  await other.register('first');
  assert.equal((await other.call('GET', path)).status, 403);
  // Gone in the same commit; and if a node that starts at that moment stores one all the same, it opens nothing.
  const { database } = other.engine;
  assert.equal(await readSetupToken(database.reader), undefined);
  const [, token = ''] = url.split('token=');
  const statements = [setupTokenInsertion(Buffer.from(tokenHash(token)).toString('base64url'))];
  await database.write({ claims: [], statements, stream: [] });
  assert.equal((await other.call('GET', path)).status, 403);
});

test('the database does not hold the link’s token', async (t) => {
  const other = await testAccounts();
  t.after(() => other.close());
  const [, token = ''] = ((await other.slice.setupUrl('http://localhost')) ?? '').split('token=');
  const rows = await other.engine.database.reader.all({ name: 'test-meta', sql: 'SELECT * FROM meta', reach: 'scan' }, []);
  assert.ok(!JSON.stringify(rows).includes(token));
});
