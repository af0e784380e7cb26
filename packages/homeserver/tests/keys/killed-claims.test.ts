import assert from 'node:assert/strict';
import { test } from 'node:test';

import { claimed, claimOf, oneTimeKeys, post } from './key-ring.ts';
import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { createTestClient, type Session, temporaryHome } from '@hearth/testkit';

const keyCount = 60;

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`a server that is killed while it gives out one-time keys gives none of them again (${engine})`, async (t) => {
    let database: TestDatabase | undefined;
    try {
      database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
    } catch (error) {
      if (!(error instanceof NoCluster)) throw error;
      t.skip(error.message);
      return;
    }
    const home = await temporaryHome();
    t.after(async () => {
      await home.end();
      await database?.remove();
    });
    const env = { HEARTH_REGISTRATION: 'open', ...(database ? { HEARTH_DATABASE: database.url } : {}) };
    const first = home.start(env);
    const client = createTestClient({ baseUrl: await first.baseUrl() });
    t.after(() => client.close());
    const alice = await client.register('alice', 'alice has a password');
    await post(alice, 'upload', { one_time_keys: oneTimeKeys(alice, keyCount) });
    const given: string[] = [];
    const claim = async (by: Session): Promise<boolean> => {
      const answer = await by.request('POST', '/_matrix/client/v3/keys/claim', { body: claimOf(alice.userId, alice.deviceId) });
      const name = claimed(answer.body, alice.userId, alice.deviceId);
      if (name !== undefined) given.push(name);
      return name !== undefined;
    };
    // It dies with claims under way: those that were answered, and perhaps a few more, are gone.
    const claimer = async (): Promise<void> => {
      for (let count = 0; count < keyCount; count += 1) {
        if (given.length >= 10) first.kill('SIGKILL');
        if (!(await claim(alice).catch(() => false))) return;
      }
    };
    await Promise.all(Array.from({ length: 6 }, claimer));
    assert.ok(given.length >= 10 && given.length < keyCount, `${given.length} keys were given out`);
    await first.ended();
    const second = home.start(env);
    const again = createTestClient({ baseUrl: await second.baseUrl(), token: alice.token });
    t.after(() => again.close());
    const back = { ...alice, ...again, token: alice.token } as Session;
    // Ends: there were only so many keys.
    for (let count = 0; count <= keyCount; count += 1) if (!(await claim(back))) break;
    assert.equal(new Set(given).size, given.length);
    await second.stop();
  });
}
