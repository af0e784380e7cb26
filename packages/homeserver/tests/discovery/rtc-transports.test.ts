import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startHearth } from '@hearth/testkit';

const paths = ['/_matrix/client/v1/rtc/transports', '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports'];

void test('clients are told over which media servers they call, by both names and in the well-known file', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_LIVEKIT: 'https://one.example/jwt,https://two.example/jwt' } });
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'password of alice');
  const foci = ['https://one.example/jwt', 'https://two.example/jwt'].map((url) => ({ type: 'livekit', livekit_service_url: url }));
  for (const path of paths) {
    assert.deepEqual(await alice.ok('GET', path), { rtc_transports: foci });
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', path);
  }
  assert.deepEqual((await alice.ok('GET', '/.well-known/matrix/client'))['org.matrix.msc4143.rtc_foci'], foci);
});

void test('without one there is nothing to call over, and the well-known file says nothing of it', async (t) => {
  const hearth = await startHearth();
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'password of alice');
  for (const path of paths) assert.deepEqual(await alice.ok('GET', path), { rtc_transports: [] });
  assert.deepEqual(Object.keys(await alice.ok('GET', '/.well-known/matrix/client')), ['m.homeserver']);
});
