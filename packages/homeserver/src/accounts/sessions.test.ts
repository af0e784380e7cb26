import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { deviceInsertion } from './device-store.ts';
import { lastSeenWriteMs } from './last-seen.ts';
import { accessTokenLifeMs, devicesMax } from './sessions.ts';
import { outcome, type TestAccounts, testAccounts, v3 } from './testing/test-accounts.ts';

let accounts: TestAccounts;
before(async () => {
  accounts = await testAccounts();
});
after(() => accounts.close());

const whoami = (token: string) => accounts.call('GET', `${v3}/account/whoami`, { token });
const refresh = (token: string) => accounts.call('POST', `${v3}/refresh`, { body: { refresh_token: token } });
const text = (answer: { json: Record<string, unknown> | undefined }, key: string): string => String(answer.json?.[key]);

test('a token without refresh does not expire', async () => {
  const { token } = await accounts.register('old-client');
  accounts.clock.jumpTo(accounts.clock.now() + 10 * 365 * 86_400_000);
  assert.equal((await whoami(token)).status, 200);
});

test('a token that can be refreshed expires softly, and a refresh gives a new one for the same device', async () => {
  const { token, refreshToken, deviceId } = await accounts.register('fresh', { refresh_token: true });
  accounts.clock.advance(accessTokenLifeMs - 1);
  assert.equal((await whoami(token)).status, 200);
  accounts.clock.advance(1);
  const expired = await whoami(token);
  assert.deepEqual([...outcome(expired), expired.json?.['soft_logout']], [401, 'M_UNKNOWN_TOKEN', true]);
  const answer = await refresh(refreshToken);
  assert.equal(answer.json?.['expires_in_ms'], accessTokenLifeMs);
  assert.equal((await whoami(text(answer, 'access_token'))).json?.['device_id'], deviceId);
});

test('an exchanged pair lives until the new one is used, so that a lost answer can be asked for again', async () => {
  const { token, refreshToken } = await accounts.register('lost', { refresh_token: true });
  const lost = await refresh(refreshToken);
  const again = await refresh(refreshToken);
  assert.equal(again.status, 200);
  // The pair whose answer was lost ended with the repeat.
  assert.equal((await whoami(text(lost, 'access_token'))).status, 401);
  assert.equal((await refresh(text(lost, 'refresh_token'))).status, 401);
  assert.equal((await whoami(token)).status, 200);
  assert.equal((await whoami(text(again, 'access_token'))).status, 200);
  // Now the new pair is in use: the old one has ended.
  assert.equal((await whoami(token)).status, 401);
  const spent = await refresh(refreshToken);
  assert.deepEqual(outcome(spent), [401, 'M_UNKNOWN_TOKEN']);
  assert.equal((await whoami(text(again, 'access_token'))).status, 200);
});

test('using the new refresh token ends the old pair as well', async () => {
  const { token, refreshToken } = await accounts.register('chain', { refresh_token: true });
  const second = await refresh(refreshToken);
  const third = await refresh(text(second, 'refresh_token'));
  assert.equal(third.status, 200);
  assert.equal((await refresh(refreshToken)).status, 401);
  assert.equal((await whoami(token)).status, 401);
});

test('tokenrefresh of 2015 says 403 for a spent token, and does not mind an expired access token in its query', async () => {
  const { refreshToken, token } = await accounts.register('vintage', { refresh_token: true });
  accounts.clock.advance(accessTokenLifeMs);
  const old = (refreshed: string) =>
    accounts.call('POST', `/_matrix/client/api/v1/tokenrefresh?access_token=${token}`, { body: { refresh_token: refreshed } });
  const answer = await old(refreshToken);
  assert.equal((await whoami(text(answer, 'access_token'))).status, 200);
  assert.deepEqual(outcome(await old(refreshToken)), [403, 'M_FORBIDDEN']);
  assert.deepEqual(outcome(await refresh('')), [401, 'M_UNKNOWN_TOKEN']);
  assert.deepEqual(outcome(await accounts.call('POST', `${v3}/refresh`, { body: {} })), [400, 'M_MISSING_PARAM']);
});

test('LG-07: after logout the token is dead at once, and the refresh token with it', async () => {
  const { token, refreshToken, userId } = await accounts.register('leaver', { refresh_token: true });
  assert.equal((await whoami(token)).status, 200);
  assert.deepEqual((await accounts.call('POST', `${v3}/logout`, { token })).json, {});
  const dead = await whoami(token);
  assert.deepEqual([...outcome(dead), dead.json?.['soft_logout']], [401, 'M_UNKNOWN_TOKEN', undefined]);
  assert.equal((await refresh(refreshToken)).status, 401);
  const account = await accounts.slice.service.accounts.find(userId);
  assert.deepEqual(await accounts.slice.service.devices.list(account?.user ?? 0), []);
});

test('logout/all ends every session', async () => {
  const first = await accounts.register('many');
  const login = await accounts.call('POST', `${v3}/login`, { body: { type: 'm.login.password', user: 'many', password: 'correct horse' } });
  const second = text(login, 'access_token');
  assert.equal((await whoami(second)).status, 200);
  await accounts.call('POST', `${v3}/logout/all`, { token: first.token });
  assert.equal((await whoami(first.token)).status, 401);
  assert.equal((await whoami(second)).status, 401);
});

test('what another node changed reaches this node’s memory through the stream', async () => {
  const { token, userId } = await accounts.register('remote');
  assert.equal((await whoami(token)).status, 200);
  const account = await accounts.slice.service.accounts.find(userId);
  const user = account?.user ?? 0;
  // Another node's write goes past this node's memory …
  const statements = [
    { run: { name: 'test-delete', sql: 'DELETE FROM access_tokens WHERE usr = $1', reach: 'point' } as const, params: [user] },
  ];
  await accounts.engine.database.write({ claims: [], statements, stream: [] });
  assert.equal((await whoami(token)).status, 200);
  // … until its stream row comes.
  accounts.slice.consume([{ position: 1, kind: 11, room: null, usr: null, subject: user, detail: null }]);
  assert.equal((await whoami(token)).status, 401);
});

test('tokens are stored as hashes only, passwords not at all (LG-04)', async () => {
  const { token, refreshToken } = await accounts.register('canary', { refresh_token: true, password: 'canary-in-the-mine' });
  for (const table of ['access_tokens', 'refresh_tokens', 'accounts', 'uia_sessions', 'meta', 'devices', 'stream']) {
    const rows = await accounts.engine.database.reader.all({ name: `test-${table}`, sql: `SELECT * FROM ${table}`, reach: 'scan' }, []);
    const all = JSON.stringify(rows, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    for (const secret of [token, refreshToken, 'canary-in-the-mine']) assert.ok(!all.includes(secret), `${table} holds a secret`);
  }
  for (const secret of [token, refreshToken, 'canary-in-the-mine']) assert.ok(!accounts.edge.logLines.join('\n').includes(secret));
});

test('a request writes nothing; where a device was last seen is shown at once and written from time to time', async () => {
  const { token, userId, deviceId } = await accounts.register('seen');
  const user = (await accounts.slice.service.accounts.find(userId))?.user ?? 0;
  await whoami(token);
  await accounts.slice.stop();
  accounts.slice.start();
  const { writes } = accounts.engine.database.counters;
  accounts.clock.advance(1000);
  await whoami(token);
  assert.equal(accounts.engine.database.counters.writes, writes);
  assert.equal((await accounts.slice.service.devices.one(user, deviceId)).last_seen_ts, accounts.clock.now());
  const { counters } = accounts.engine.database;
  await accounts.clock.advanceSettling(lastSeenWriteMs);
  // The writer is a thread of its own: its answer comes some turns later.
  for (let turns = 0; turns < 100_000 && counters.writes === writes; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(counters.writes, writes + 1);
});

test('a user who has the most devices that are allowed gets one more for the one that was unused for longest', async () => {
  const { userId, deviceId } = await accounts.register('collector');
  const user = (await accounts.slice.service.accounts.find(userId))?.user ?? 0;
  const now = accounts.clock.now();
  const statements = Array.from({ length: devicesMax - 1 }, (_, index) =>
    deviceInsertion(user, `D${index}`, null, { ts: now + 1000 - index, ip: '127.0.0.1', userAgent: undefined }),
  );
  await accounts.engine.database.write({ claims: [], statements, stream: [] });
  accounts.clock.advance(2000);
  const { sessions, devices } = accounts.slice.service;
  await sessions.start(user, { deviceId: 'NEW', wantsRefreshToken: false, ip: '127.0.0.1', userAgent: undefined });
  const left = (await devices.list(user)).map(({ device_id: id }) => id);
  assert.equal(left.length, devicesMax);
  assert.ok(left.includes('NEW') && left.includes('D0'));
  // Registered before all others.
  assert.ok(!left.includes(deviceId));
});
