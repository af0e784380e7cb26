import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { systemClock } from '@hearth/kit';
import { own, ownObject, parseServerName, type ServerName, verifyJson, verifyKeyFromBase64 } from '@hearth/protocol';
import { type Farm, type ForeignServer, startFarm, type TestHearth } from '@hearth/testkit';

let farm: Farm;
let hearth: TestHearth;
let foreign: ForeignServer;
before(async () => {
  farm = await startFarm();
  hearth = await farm.start('one.test');
  foreign = await farm.foreign('foreign.test');
});
after(() => farm.stop());

const nameOf = (text: string): ServerName => parseServerName(text) ?? assert.fail(text);
const query = (path: string) => hearth.client.ok('GET', `/_matrix/key/v2/query/${path}`);
const post = (body: unknown) => hearth.client.ok('POST', '/_matrix/key/v2/query', { body });

async function ownKey(): Promise<(entity: string, keyId: string) => ReturnType<typeof verifyKeyFromBase64>> {
  const { verify_keys: keys } = await hearth.client.ok('GET', '/_matrix/key/v2/server');
  return (_entity, keyId) => verifyKeyFromBase64(keys[keyId]?.key ?? '');
}

test('what a server said of its keys is passed on in its own words, with our signature, in each form of the question', async () => {
  const keyId = foreign.key.keyId;
  const encoded = encodeURIComponent(keyId);
  for (const answer of [
    await query('foreign.test'),
    await query('foreign.test/'),
    await query(`foreign.test/${encoded}`),
    await query(`foreign.test/${encoded}/?minimum_valid_until_ts=1`),
    await query(`foreign.test?minimum_valid_until_ts=${systemClock().now()}`),
    await post({ server_keys: { 'foreign.test': {} } }),
    await post({ server_keys: { 'foreign.test': { [keyId]: { minimum_valid_until_ts: 1 } } } }),
  ]) {
    assert.equal(answer.server_keys.length, 1);
    const [keys] = answer.server_keys;
    assert.equal(keys.verify_keys[keyId].key, foreign.key.publicKey);
    assert.ok(ownObject(ownObject(keys, 'signatures') ?? {}, 'foreign.test'));
    assert.ok(verifyJson(keys, 'one.test', await ownKey()).allowed);
  }
  assert.equal(foreign.requests.filter((each) => each.includes('/key/')).length, 1, 'it was asked once for all of them');
});

test('a server that is gone is still quoted; one that never was is not, and neither is named', async () => {
  const gone = await farm.foreign('gone.test', { seed: 5 });
  await query('gone.test');
  await gone.stop();
  const later = systemClock().now() + 6 * 24 * 3_600_000;
  assert.equal((await query(`gone.test?minimum_valid_until_ts=${later}`)).server_keys[0].server_name, 'gone.test');
  assert.deepEqual(await query('never.test'), { server_keys: [] });
  const both = await post({ server_keys: { 'never.test': {}, 'gone.test': {}, 'foreign.test': {} } });
  assert.deepEqual(
    new Set(both.server_keys.map((keys: object) => own(keys as never, 'server_name'))),
    new Set(['gone.test', 'foreign.test']),
  );
});

test('asked for our own keys, we give them', async () => {
  const [keys] = (await query('one.test')).server_keys;
  assert.ok(verifyJson(keys, 'one.test', await ownKey()).allowed);
});

test('however often strangers ask for a server that is silent, it is asked once', async () => {
  let asked = 0;
  await farm.foreign('silent.test', {
    seed: 6,
    answer: (request, response) => {
      if (request.url?.includes('/key/') === true) asked += 1;
      response.writeHead(500).end('no');
      return true;
    },
  });
  await Promise.all(Array.from({ length: 30 }, () => query('silent.test')));
  for (let round = 0; round < 10; round += 1) await query(`silent.test?minimum_valid_until_ts=${round}`);
  assert.equal(asked, 1);
});

test('questions of a wrong form, or for too much, are refused', async () => {
  const refused = (body: unknown, code = 'M_BAD_JSON') => hearth.client.refused(400, code, 'POST', '/_matrix/key/v2/query', { body });
  await refused({}, 'M_MISSING_PARAM');
  for (const wrong of [1, 'x', [], null]) {
    await refused({ server_keys: wrong });
    await refused({ server_keys: { 'a.test': wrong } });
    await refused({ server_keys: { 'a.test': { 'ed25519:1': wrong } } });
    if (wrong !== 1) await refused({ server_keys: { 'a.test': { 'ed25519:1': { minimum_valid_until_ts: wrong } } } });
  }
  await refused({ server_keys: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`s${index}.test`, {}])) });
  await refused({ server_keys: { 'a.test': Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`ed25519:${index}`, {}])) } });
  await refused({ server_keys: { 'a test': {} } }, 'M_INVALID_PARAM');
  await hearth.client.refused(400, 'M_INVALID_PARAM', 'GET', '/_matrix/key/v2/query/a%20test');
  await hearth.client.refused(400, 'M_INVALID_PARAM', 'GET', '/_matrix/key/v2/query/a.test?minimum_valid_until_ts=-1');
  await hearth.client.refused(400, 'M_INVALID_PARAM', 'GET', '/_matrix/key/v2/query/a.test/ed25519:1?minimum_valid_until_ts=x');
});

test('a Hearth learns keys from another one that it trusts, and not from one whose certificate is another’s', async () => {
  const trusting = await farm.start('two.test', { env: { HEARTH_TRUSTED_KEY_SERVERS: 'one.test' } });
  await query('foreign.test');
  farm.network.cut('two.test', 'foreign.test');
  const serverName = nameOf('foreign.test');
  const wanted = { serverName, keyId: foreign.key.keyId, atTs: systemClock().now() };
  const keyOf = await trusting.server.federation.keys.keysFor([wanted]);
  assert.equal(keyOf('foreign.test', foreign.key.keyId)?.key.publicKey, foreign.key.publicKey);

  await farm.foreign('liar.test', { certificateOf: 'foreign.test', seed: 8 });
  assert.deepEqual(await query('liar.test'), { server_keys: [] });
});
