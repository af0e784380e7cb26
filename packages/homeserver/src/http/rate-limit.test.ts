import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MatrixError } from './errors.ts';
import { rateClasses } from './rate-classes.ts';
import { createRateLimiter } from './rate-limit.ts';
import { type RateClass, type Requester, route } from './route.ts';
import { loopbackEdge } from './testing/loopback-edge.ts';
import { TestClock } from '@hearth/kit/testing';

const alice: Requester = { userId: '@alice:example.org', user: 1, deviceId: 'A', isGuest: false, isAdmin: false };
const bob: Requester = { ...alice, userId: '@bob:example.org', user: 2 };

/** How many of `tries` get through. */
function passed(tries: number, attempt: () => void): number {
  let count = 0;
  for (let index = 0; index < tries; index++) {
    try {
      attempt();
      count += 1;
    } catch (error) {
      assert.ok(error instanceof MatrixError && error.errcode === 'M_LIMIT_EXCEEDED');
    }
  }
  return count;
}

test('RX-05: a flood gets its burst and then no more than its rate, in each class', () => {
  for (const [name, { burst, perSecond }] of Object.entries(rateClasses)) {
    const clock = new TestClock();
    const limiter = createRateLimiter({ clock, enabled: true });
    const attempt = (): void => limiter.charge(name as RateClass, '192.0.2.1', undefined);
    assert.equal(passed(burst * 3, attempt), burst, name);
    clock.advance(1000 / perSecond);
    assert.equal(passed(10, attempt), 1, name);
    clock.advance((burst * 1000) / perSecond + 1);
    assert.equal(passed(burst * 2, attempt), burst, `${name}: the bucket fills up again, and not beyond`);
  }
});

test('RX-05: logins, registrations, rooms and invites are within ten times of what peers allow', () => {
  assert.ok(rateClasses.login.perSecond <= 0.17);
  assert.ok(rateClasses.register.perSecond <= 0.17);
  assert.ok(rateClasses['create-room'].perSecond <= 0.16);
  assert.ok(rateClasses.invite.perSecond <= 0.3);
  assert.ok(rateClasses.message.perSecond <= 2);
});

test('the refusal says how long to wait, and waiting that long is enough', () => {
  const clock = new TestClock();
  const limiter = createRateLimiter({ clock, enabled: true });
  passed(1000, () => limiter.charge('message', 'x', alice));
  let wait = 0;
  try {
    limiter.charge('message', 'x', alice);
  } catch (error) {
    wait = Number((error as MatrixError).extra['retry_after_ms']);
  }
  assert.ok(wait > 0 && wait <= 500);
  clock.advance(wait);
  limiter.charge('message', 'x', alice);
});

test('users are counted by name wherever they are, strangers by address, an IPv6 network as one', () => {
  const limiter = createRateLimiter({ clock: new TestClock(), enabled: true });
  passed(1000, () => limiter.charge('message', '192.0.2.1', alice));
  assert.equal(
    passed(1, () => limiter.charge('message', '192.0.2.2', alice)),
    0,
  );
  assert.equal(
    passed(1, () => limiter.charge('message', '192.0.2.1', bob)),
    1,
  );
  passed(1000, () => limiter.charge('login', '2001:db8::1', undefined));
  assert.equal(
    passed(1, () => limiter.charge('login', '2001:db8::2', undefined)),
    0,
  );
  assert.equal(
    passed(1, () => limiter.charge('login', '2001:db8:1::1', undefined)),
    1,
  );
  assert.equal(
    passed(1, () => limiter.charge('read', '2001:db8::1', undefined)),
    1,
    'classes do not touch each other',
  );
});

test('RX-05: guessing one password is stopped for that pair of account and address, without locking the owner out', () => {
  const clock = new TestClock();
  const limiter = createRateLimiter({ clock, enabled: true });
  const guess = (account: string, ip: string) => (): void => {
    limiter.checkLogin(account, ip);
    limiter.loginFailed(account, ip);
  };
  assert.equal(passed(100, guess('@alice:x', '192.0.2.1')), 5);
  assert.equal(
    passed(1, () => limiter.checkLogin('@alice:x', '192.0.2.99')),
    1,
    'the owner, elsewhere, still gets in',
  );
  assert.equal(
    passed(1, () => limiter.checkLogin('@bob:x', '192.0.2.1')),
    1,
  );
  // Many addresses against one account, and one address against many accounts.
  let total = 0;
  for (let index = 0; index < 100; index++) total += passed(5, guess('@carol:x', `198.51.100.${index}`));
  assert.equal(total, 50);
  total = 0;
  for (let index = 0; index < 100; index++) total += passed(5, guess(`@user${index}:x`, '203.0.113.5'));
  assert.equal(total, 50);
});

test('switched off, or exempt, nothing is limited', () => {
  const off = createRateLimiter({ clock: new TestClock(), enabled: false });
  assert.equal(
    passed(1000, () => off.charge('login', 'x', undefined)),
    1000,
  );
  const exempt = createRateLimiter({ clock: new TestClock(), enabled: true, exempt: ({ userId }) => userId === bob.userId });
  assert.equal(
    passed(1000, () => exempt.charge('message', 'x', bob)),
    1000,
  );
  assert.equal(
    passed(1000, () => exempt.charge('message', 'x', alice)),
    50,
  );
});

test('the table of keys is bounded: beyond a hundred thousand the one that was not used for longest is forgotten', () => {
  const limiter = createRateLimiter({ clock: new TestClock(), enabled: true });
  const attempt = (ip: string) => (): void => limiter.charge('login', ip, undefined);
  passed(100, attempt('first'));
  assert.equal(passed(1, attempt('first')), 0);
  for (let index = 0; index < 99_999; index++) limiter.charge('login', `${index}`, undefined);
  assert.equal(passed(1, attempt('first')), 0);
  for (let index = 0; index < 10; index++) limiter.charge('login', `more ${index}`, undefined);
  assert.equal(passed(1, attempt('first')), 1);
});

test('a person who follows the tutorials with several pages never meets a limit', () => {
  const clock = new TestClock();
  const limiter = createRateLimiter({ clock, enabled: true });
  const ip = '127.0.0.1';
  // Five pages: each registers and logs in, makes a room, invites, sends, and polls as fast as it gets answers.
  for (let page = 0; page < 5; page++) {
    limiter.charge('register', ip, undefined);
    limiter.charge('login', ip, undefined);
    limiter.charge('create-room', ip, alice);
    for (let index = 0; index < 3; index++) limiter.charge('invite', ip, alice);
    for (let index = 0; index < 8; index++) limiter.charge('message', ip, alice);
    for (let index = 0; index < 15; index++) limiter.charge('sync', ip, alice);
    for (let index = 0; index < 50; index++) limiter.charge('read', ip, alice);
  }
});

test('over HTTP a refusal is 429 with retry_after_ms and Retry-After', async (t) => {
  const edge = await loopbackEdge(
    [
      route({
        method: 'POST',
        mount: 'client',
        path: '/login',
        operation: 'login',
        auth: 'none',
        rate: 'login',
        errors: [],
        handle: async () => ({}),
      }),
    ],
    { limited: true },
  );
  t.after(() => edge.close());
  for (let index = 0; index < rateClasses.login.burst; index++)
    assert.equal((await edge.call('POST', '/_matrix/client/v3/login')).status, 200);
  const refused = await edge.call('POST', '/_matrix/client/r0/login');
  assert.deepEqual(
    [refused.status, refused.json?.['errcode'], refused.json?.['retry_after_ms'], refused.headers['retry-after']],
    [429, 'M_LIMIT_EXCEEDED', 20_000, '20'],
  );
  edge.clock.advance(20_000);
  assert.equal((await edge.call('POST', '/_matrix/client/v3/login')).status, 200);
});

test('tokens that nobody has are counted per address', async (t) => {
  const edge = await loopbackEdge(
    [
      route({
        method: 'GET',
        mount: 'client',
        path: '/x',
        operation: 'x',
        auth: 'user',
        rate: 'none',
        errors: [],
        handle: async () => ({}),
      }),
    ],
    { limited: true },
  );
  t.after(() => edge.close());
  const statuses = new Map<number, number>();
  for (let index = 0; index < 120; index++) {
    const { status } = await edge.call('GET', '/_matrix/client/v3/x', { token: `guess${index}` });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  assert.deepEqual(
    [...statuses],
    [
      [401, 100],
      [429, 20],
    ],
  );
  assert.equal((await edge.call('GET', '/_matrix/client/v3/x', { token: 'alice' })).status, 200);
});
