import assert from 'node:assert/strict';

import { domainsOf } from '../../domains.ts';
import { type TestEngine, testEngine } from '../../engine/testing/test-engine.ts';
import { createRateLimiter } from '../../http/rate-limit.ts';
import { type Answer, type CallOptions, type LoopbackEdge, loopbackEdge } from '../../http/testing/loopback-edge.ts';
import type { AccountsDeps } from '../deps.ts';
import { type AccountsSlice, createAccounts } from '../slice.ts';
import { CacheBudget, createMetrics, Passwords, systemClock } from '@hearth/kit';
import { seededRandom, TestClock } from '@hearth/kit/testing';

export type TestAccounts = {
  readonly slice: AccountsSlice;
  readonly engine: TestEngine;
  /** The clock of tokens, sessions and nonces, and of the rate limits if they are on. */
  readonly clock: TestClock;
  readonly edge: LoopbackEdge;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Registers with open registration; answers token, device and refresh token. */
  register(username: string, body?: object): Promise<{ token: string; deviceId: string; refreshToken: string; userId: string }>;
  close(): Promise<void>;
};

export const testPassword = 'correct horse';
export const v3 = '/_matrix/client/v3';

/** The accounts slice behind a real HTTP edge on a fresh SQLite file. */
export async function testAccounts(
  replaced: Partial<AccountsDeps> & { readonly limited?: boolean; readonly engine?: never } = {},
): Promise<TestAccounts> {
  const { limited = false, ...deps } = replaced;
  const engine = await testEngine();
  const clock = new TestClock();
  const random = seededRandom('accounts');
  const slice = createAccounts({
    database: engine.database,
    engine: engine.engine,
    clock,
    random,
    domains: domainsOf(['hearth.test']),
    passwords: new Passwords(random),
    erasers: [],
    deviceErasers: [],
    deviceFarewell: async () => ({ statements: [], stream: [] }),
    isDehydrated: async () => false,
    newProfile: () => [],
    isExclusive: () => false,
    caches: new CacheBudget(1024 * 1024, systemClock(), createMetrics()),
    limiter: createRateLimiter({ clock, enabled: limited }),
    settings: { mode: 'open', sharedSecret: undefined, guests: false },
    baseUrl: () => 'https://matrix.hearth.test',
    pokeJobs: () => undefined,
    onError: (error) => assert.fail(String(error)),
    ...deps,
  });
  const edge = await loopbackEdge(slice.routes, { lookupToken: slice.lookupToken });
  // node's client leaves out the length of a DELETE's body, and the server could not tell where it ends.
  const call: LoopbackEdge['call'] = (method, path, options = {}) => {
    if (method !== 'DELETE' || options.body === undefined) return edge.call(method, path, options);
    const body = JSON.stringify(options.body);
    return edge.call(method, path, { ...options, body, headers: { 'Content-Length': String(Buffer.byteLength(body)) } });
  };
  return {
    slice,
    engine,
    clock,
    edge,
    call,
    register: async (username, body = {}) => {
      const answer = await call('POST', `${v3}/register`, {
        body: { username, password: testPassword, auth: { type: 'm.login.dummy' }, ...body },
      });
      assert.equal(answer.status, 200, answer.text);
      const {
        access_token: token,
        device_id: deviceId,
        refresh_token: refreshToken,
        user_id: userId,
      } = answer.json as Record<string, string>;
      return { token: token ?? '', deviceId: deviceId ?? '', refreshToken: refreshToken ?? '', userId: userId ?? '' };
    },
    close: async () => {
      assert.equal(edge.edge.unexpectedErrors(), 0, edge.logLines.join('\n'));
      await slice.stop();
      await edge.close();
      await engine.close();
    },
  };
}

/** Status and error code, the two that most tests are about. */
export function outcome(answer: Answer): readonly [number, string | undefined] {
  return [answer.status, answer.json?.['errcode'] as string | undefined];
}
