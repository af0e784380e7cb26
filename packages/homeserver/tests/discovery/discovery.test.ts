import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type Answer, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
before(async () => {
  hearth = await startHearth({ env: { HEARTH_PUBLIC_BASEURL: 'https://matrix.hearth.test/', HEARTH_REGISTRATION: 'token' } });
});
after(() => hearth.stop());

const textOf = ({ bytes }: Answer): string => new TextDecoder().decode(bytes);

test('versions are told to everybody, today’s and those of the first years, with and without a token', async () => {
  const { versions, unstable_features: features } = await hearth.client.ok('GET', '/_matrix/client/versions');
  for (const version of ['r0.0.1', 'r0.6.1', 'v1.1', 'v1.19']) assert.ok(versions.includes(version), version);
  assert.ok(Object.values(features as object).every((value) => value === true));
  await hearth.client.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/_matrix/client/versions', { token: 'not-a-token' });
});

test('the well-known file names the public address, without its final slash, and browsers may read it', async () => {
  const answer = await hearth.client.request('GET', '/.well-known/matrix/client');
  assert.deepEqual(answer.body, { 'm.homeserver': { base_url: 'https://matrix.hearth.test' } });
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
});

test('capabilities are for those who are logged in, name all room versions and promise nothing that is not there', async () => {
  await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', '/_matrix/client/v3/capabilities');
  const open = await startHearth();
  try {
    const alice = await open.client.register('alice', 'alice has a password');
    const { capabilities } = await alice.ok('GET', '/_matrix/client/v3/capabilities');
    assert.equal(capabilities['m.room_versions'].default, '12');
    for (const version of ['1', '10', '11', '12']) assert.equal(capabilities['m.room_versions'].available[version], 'stable');
    assert.deepEqual(capabilities['m.change_password'], { enabled: true });
    assert.deepEqual(capabilities['m.3pid_changes'], { enabled: false });
    assert.equal((await alice.getState(await alice.createRoom(), 'm.room.create')).room_version, '12');
  } finally {
    await open.stop();
  }
});

test('the landing page says that the server runs, who it is, whether one can register, and how to connect', async () => {
  const answer = await hearth.client.request('GET', '/');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'] ?? '', /^text\/html/);
  assert.match(answer.headers['content-security-policy'] ?? '', /default-src 'none'/);
  const text = textOf(answer);
  for (const part of ['hearth.test', 'up and running', 'https://matrix.hearth.test', '@name:hearth.test', 'Hearth 0.'])
    assert.ok(text.includes(part), part);
  assert.doesNotMatch(text, /<script/);
});

for (const [registration, before, then] of [
  ['closed', /There are no accounts yet/, /Registration is closed/],
  ['token', /There are no accounts yet/, /Registration needs a token/],
  ['open', /Registration is open/, /Registration is open/],
] as const) {
  test(`the landing page of a server with registration ${registration}, before and after the first account`, async () => {
    const here = await startHearth({ env: { HEARTH_REGISTRATION: registration } });
    try {
      assert.match(textOf(await here.client.request('GET', '/')), before);
      const { accounts } = here.server.accounts;
      await accounts.create({ userId: '@alice:hearth.test', kind: 'user', password: 'alice has a password', admin: true });
      assert.match(textOf(await here.client.request('GET', '/')), then);
    } finally {
      await here.stop();
    }
  });
}

test('other methods are refused, and unknown pages are pages', async () => {
  assert.equal((await hearth.client.request('POST', '/', { body: {} })).status, 405);
  await hearth.client.refused(405, 'M_UNRECOGNIZED', 'POST', '/_matrix/client/versions', { body: {} });
  const nothing = await hearth.client.request('GET', '/nothing', { headers: { accept: 'text/html' } });
  assert.equal(nothing.status, 404);
  assert.match(textOf(nothing), /There is nothing here/);
});

test('an operator may choose the version of rooms that are made without naming one', async () => {
  const older = await startHearth({ env: { HEARTH_DEFAULT_ROOM_VERSION: '11' } });
  try {
    const alice = await older.client.register('alice', 'alice has a password');
    const { capabilities } = await alice.ok('GET', '/_matrix/client/v3/capabilities');
    assert.equal(capabilities['m.room_versions'].default, '11');
    assert.equal((await alice.getState(await alice.createRoom(), 'm.room.create')).room_version, '11');
    assert.equal((await alice.getState(await alice.createRoom({ room_version: '12' }), 'm.room.create')).room_version, '12');
  } finally {
    await older.stop();
  }
  await assert.rejects(startHearth({ env: { HEARTH_DEFAULT_ROOM_VERSION: '13' } }), /HEARTH_DEFAULT_ROOM_VERSION/);
});
