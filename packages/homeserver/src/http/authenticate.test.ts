import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MatrixError } from './errors.ts';
import { prefixes } from './prefixes.ts';
import { type Authentication, type Route, route } from './route.ts';
import { type LoopbackEdge, loopbackEdge, lookupTestToken } from './testing/loopback-edge.ts';

const levels: readonly Authentication[] = ['none', 'optional', 'user', 'guest', 'admin'];
const routes: readonly Route[] = levels.map((auth) =>
  route({
    method: 'GET',
    mount: prefixes.v3,
    path: `/${auth}`,
    operation: auth,
    auth,
    rate: 'none',
    errors: [],
    handle: async (_request, requester) => ({ user: (requester as { userId?: string } | undefined)?.userId ?? null }),
  }),
);

let edge: LoopbackEdge;
before(async () => {
  edge = await loopbackEdge(routes, {
    lookupToken: (token, use) => {
      if (token === 'soft') throw new MatrixError('M_UNKNOWN_TOKEN', undefined, { extra: { soft_logout: true } });
      if (token.length > 1024) assert.fail('a token of any length was looked up');
      if (token === 'slow') return Promise.resolve(lookupTestToken('alice', use));
      return lookupTestToken(token, use);
    },
  });
});
after(() => edge.close());

const get = (auth: Authentication, options: { headers?: Record<string, string | string[]>; query?: string } = {}) =>
  edge.call('GET', `/_matrix/client/v3/${auth}${options.query ?? ''}`, { headers: options.headers ?? {} });
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

test('LG-07: no token, an empty one, an odd one, two of them: 401, and CORS headers so that a page can read it', async () => {
  const cases: [Parameters<typeof get>[1], string][] = [
    [{}, 'M_MISSING_TOKEN'],
    [{ headers: { Authorization: '' } }, 'M_MISSING_TOKEN'],
    [{ headers: { Authorization: 'Bearer' } }, 'M_MISSING_TOKEN'],
    [{ headers: { Authorization: 'Bearer ' } }, 'M_MISSING_TOKEN'],
    [{ query: '?access_token=' }, 'M_MISSING_TOKEN'],
    [{ headers: { Authorization: 'Basic YWxpY2U6eA==' } }, 'M_UNKNOWN_TOKEN'],
    [{ headers: { Authorization: 'Bearer alice guest' } }, 'M_UNKNOWN_TOKEN'],
    [{ headers: { Authorization: 'Beareralice' } }, 'M_UNKNOWN_TOKEN'],
    [{ headers: { Authorization: ['Bearer alice', 'Bearer alice'] } }, 'M_UNKNOWN_TOKEN'],
    [{ query: '?access_token=alice&access_token=alice' }, 'M_UNKNOWN_TOKEN'],
    [{ query: '?access_token=al%20ice' }, 'M_UNKNOWN_TOKEN'],
    [{ query: `?access_token=${'a'.repeat(2000)}` }, 'M_UNKNOWN_TOKEN'],
    [{ query: '?access_token=guest', ...bearer('alice') }, 'M_UNKNOWN_TOKEN'],
    [bearer('nobody'), 'M_UNKNOWN_TOKEN'],
  ];
  for (const [options, code] of cases) {
    const answer = await get('user', options);
    assert.ok([400, 401].includes(answer.status) && answer.status === 401, JSON.stringify([options, answer.text]));
    assert.equal(answer.json?.['errcode'], code, JSON.stringify(options));
    assert.equal(answer.headers['access-control-allow-origin'], '*');
  }
});

test('G2: a token counts in the header, in any case of the scheme, and in the query', async () => {
  for (const options of [
    bearer('alice'),
    { headers: { authorization: 'bearer alice' } },
    { headers: { Authorization: 'BEARER   alice' } },
    { query: '?access_token=alice' },
    { query: '?access_token=alice', ...bearer('alice') },
    bearer('slow'),
  ]) {
    const answer = await get('user', options);
    assert.deepEqual([answer.status, answer.json], [200, { user: '@alice:example.org' }], JSON.stringify(options));
  }
});

test('guests and administrators get as far as a route says', async () => {
  const grid: [string, Authentication, number, string?][] = [
    ['guest', 'user', 403, 'M_GUEST_ACCESS_FORBIDDEN'],
    ['guest', 'guest', 200],
    ['guest', 'optional', 200],
    ['guest', 'admin', 403, 'M_FORBIDDEN'],
    ['alice', 'guest', 200],
    ['alice', 'admin', 403, 'M_FORBIDDEN'],
    ['admin', 'admin', 200],
    ['admin', 'user', 200],
  ];
  for (const [token, auth, status, code] of grid) {
    const answer = await get(auth, bearer(token));
    assert.deepEqual([answer.status, answer.json?.['errcode']], [status, code], `${token} at ${auth}`);
  }
});

test('where a token is optional a wrong one is still refused; where none is asked for it is not looked at', async () => {
  assert.deepEqual((await get('optional')).json, { user: null });
  assert.deepEqual((await get('optional', bearer('alice'))).json, { user: '@alice:example.org' });
  assert.equal((await get('optional', bearer('nobody'))).status, 401);
  assert.deepEqual((await get('none', bearer('nobody'))).json, { user: null });
});

test('a soft logout is told', async () => {
  assert.deepEqual((await get('user', bearer('soft'))).json?.['soft_logout'], true);
});
