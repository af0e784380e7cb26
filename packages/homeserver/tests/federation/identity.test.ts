import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { systemClock } from '@hearth/kit';
import { type JsonObject, parseKeyId, verifyJson, verifyKeyFromBase64 } from '@hearth/protocol';
import { startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
before(async () => {
  hearth = await startHearth({ env: { HEARTH_PUBLIC_BASEURL: 'https://matrix.hearth.test/' } });
});
after(() => hearth.stop());

const isSigned = (answer: JsonObject & { verify_keys: Record<string, { key: string }> }, by: string): boolean =>
  verifyJson(answer, by, (_entity, keyId) => verifyKeyFromBase64(answer.verify_keys[keyId]?.key ?? '')).allowed;

test('everybody is told our keys, signed, and until when to believe them; also who names a key or adds a slash', async () => {
  for (const path of ['/server', '/server/', '/server/ed25519:whatever', '/server/ed25519%3Aa/']) {
    const answer = await hearth.client.ok('GET', `/_matrix/key/v2${path}`);
    assert.equal(answer.server_name, 'hearth.test');
    const [keyId = ''] = Object.keys(answer.verify_keys);
    assert.ok(parseKeyId(keyId));
    assert.deepEqual(answer.old_verify_keys, {});
    assert.ok(isSigned(answer, 'hearth.test'));
    const hours = (answer.valid_until_ts - systemClock().now()) / 3_600_000;
    assert.ok(hours > 23 && hours <= 24, String(hours));
  }
});

test('who we are is told without a signature, and in no browser’s page', async () => {
  const answer = await hearth.client.request('GET', '/_matrix/federation/v1/version');
  assert.equal(answer.body.server.name, 'Hearth');
  assert.match(answer.body.server.version, /^\d+\.\d+/);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
});

test('the well-known file for servers names the public address with its port, and says nothing where there is none for them', async () => {
  assert.deepEqual(await hearth.client.ok('GET', '/.well-known/matrix/server'), { 'm.server': 'matrix.hearth.test:443' });
  const others = await startHearth({ env: { HEARTH_PUBLIC_BASEURL: 'https://[2a00::1]:8443/x' } });
  assert.deepEqual(await others.client.ok('GET', '/.well-known/matrix/server'), { 'm.server': '[2a00::1]:8443' });
  await others.stop();
  const plain = await startHearth();
  await plain.client.refused(404, 'M_NOT_FOUND', 'GET', '/.well-known/matrix/server');
  await plain.stop();
});

test('without federation nothing of it is served', async () => {
  const alone = await startHearth({ env: { HEARTH_FEDERATION: 'off', HEARTH_PUBLIC_BASEURL: 'https://matrix.hearth.test/' } });
  for (const path of [
    '/_matrix/key/v2/server',
    '/_matrix/federation/v1/version',
    '/.well-known/matrix/server',
    '/_matrix/key/v2/query/x.test',
  ]) {
    await alone.client.refused(404, 'M_UNRECOGNIZED', 'GET', path);
  }
  await alone.stop();
});

test('who takes the key away gets a new one, and the old one is told as ended', async () => {
  let server = await startHearth();
  const before = await server.client.ok('GET', '/_matrix/key/v2/server');
  const file = join(server.dataDir, 'signing.key');
  const [, version] = readFileSync(file, 'utf8').split(' ');
  rmSync(file);
  const { dataDir } = server;
  server = await server.restart();
  const now = await server.client.ok('GET', '/_matrix/key/v2/server');
  const keyId = `ed25519:${version}`;
  assert.deepEqual(Object.keys(now.old_verify_keys), [keyId]);
  assert.equal(now.old_verify_keys[keyId].key, before.verify_keys[keyId].key);
  assert.ok(now.old_verify_keys[keyId].expired_ts <= systemClock().now());
  assert.ok(!Object.hasOwn(now.verify_keys, keyId) && isSigned(now, 'hearth.test'));
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
