import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { Type } from 'typebox';

import { route } from '../../http/route.ts';
import { loopbackEdge } from '../../http/testing/loopback-edge.ts';
import { openOwnKeys } from '../identity/own-keys.ts';
import type { KnownKey, WantedKey } from '../keys/known-key.ts';
import { serverPolicy } from '../server-policy.ts';
import { otherServer, testKey } from '../testing/other-server.ts';
import { createServerDoor } from './check-request.ts';
import { TestClock } from '@hearth/kit/testing';
import { type JsonValue, verifyKeyOf } from '@hearth/protocol';
import { openDatabase } from '@hearth/storage';
import { newSqliteDatabase, testPorts } from '@hearth/storage/testing';

const one = otherServer('one.test', 1);
const clock = new TestClock();
const uri = '/_matrix/federation/v1/echo/a%20b?x=%C3%A4';

/** own.test, which knows these keys of others, with a route for servers that says what it got. */
async function place(t: TestContext, keys: Record<string, KnownKey> = { 'one.test ed25519:k': known(one.key) }) {
  const home = newSqliteDatabase();
  const database = await openDatabase(home.url, testPorts('door'));
  const ownKeys = await openOwnKeys(database, clock, new Map([['own.test', testKey(50)]]));
  const wanted: WantedKey[] = [];
  const ring = {
    keysFor: async (these: readonly WantedKey[]) => {
      wanted.push(...these);
      return (server: string, keyId: string) => keys[`${server} ${keyId}`];
    },
  };
  const policy = serverPolicy({ allowed: [], denied: ['denied.test'] });
  const common = {
    mount: ['/_matrix/federation/v1'],
    path: '/echo/{word}',
    auth: 'server',
    rate: 'federation',
    errors: ['M_FORBIDDEN'],
  } as const;
  const edge = await loopbackEdge(
    [
      route({ ...common, method: 'GET', operation: 'getEcho', handle: async ({ params }, server) => ({ word: params.word, ...server }) }),
      route({
        ...common,
        method: 'PUT',
        operation: 'putEcho',
        body: Type.Object({ a: Type.Number() }),
        handle: async ({ body }, server) => ({ a: body.a, ...server }),
      }),
    ],
    { serverDoor: createServerDoor({ ownKeys, ring, policy, clock, domain: 'own.test' }) },
  );
  t.after(async () => {
    await edge.close();
    await database.close();
    await home.remove();
  });
  const get = (authorization?: string | string[], path = uri) =>
    edge.call('GET', path, authorization === undefined ? {} : { headers: { authorization } });
  return { edge, get, wanted, ownKeys };
}

function known(key: typeof one.key, validity: KnownKey['validity'] = { validUntilTs: clock.now() }): KnownKey {
  return { key: verifyKeyOf(key), validity };
}

const sound = (more: { destination?: string; method?: string; uri?: string; content?: JsonValue } = {}) =>
  one.authorization({ method: 'GET', uri, destination: 'own.test', ...more });

test('a request that its server has signed is that server’s', async (t) => {
  const { get, wanted } = await place(t);
  const answer = await get(sound());
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, { word: 'a b', serverName: 'one.test' });
  assert.deepEqual(wanted, [{ serverName: 'one.test', keyId: 'ed25519:k', atTs: clock.now() }]);
});

test('a body is signed as it was meant, however it is written', async (t) => {
  const { edge } = await place(t);
  const authorization = one.authorization({ method: 'PUT', uri, destination: 'own.test', content: { a: 1.5, b: { c: [] } } });
  for (const body of ['{"a":1.5,"b":{"c":[]}}', ' { "b" : {"c":[ ]}, "a":15e-1 }']) {
    assert.equal((await edge.call('PUT', uri, { headers: { authorization }, body })).status, 200, body);
  }
  for (const body of ['{"a":1.6,"b":{"c":[]}}', '{"a":1.5}', '{}', '', '{"a":1.5,"b":{"c":[]},"d":1}']) {
    const answer = await edge.call('PUT', uri, { headers: { authorization }, body });
    assert.equal(`${answer.status} ${String(answer.json?.['errcode'])}`, '401 M_UNAUTHORIZED', body);
  }
});

test('a body is judged only when its server has proved that it is its own', async (t) => {
  const { edge } = await place(t);
  const wrongShape = one.authorization({ method: 'PUT', uri, destination: 'own.test', content: { a: 'x' } });
  assert.equal(
    (await edge.call('PUT', uri, { headers: { authorization: wrongShape }, body: '{"a":"x"}' })).json?.['errcode'],
    'M_BAD_JSON',
  );
  assert.equal(
    (await edge.call('PUT', uri, { headers: { authorization: wrongShape }, body: '{"a":"y"}' })).json?.['errcode'],
    'M_UNAUTHORIZED',
  );
  assert.equal((await edge.call('PUT', uri, { headers: { authorization: wrongShape }, body: '{"a"' })).json?.['errcode'], 'M_NOT_JSON');
  const twice = await edge.call('PUT', uri, { headers: { authorization: wrongShape }, body: '{"a":"x","a":"x"}' });
  assert.equal(twice.json?.['errcode'], 'M_BAD_JSON');
});

test('what was signed for another request, or another server, is refused', async (t) => {
  const { get } = await place(t);
  for (const [what, authorization] of [
    ['another path', sound({ uri: '/_matrix/federation/v1/echo/c' })],
    ['the same path in another spelling', sound({ uri: '/_matrix/federation/v1/echo/a+b?x=%C3%A4' })],
    ['without the query', sound({ uri: '/_matrix/federation/v1/echo/a%20b' })],
    ['another method', sound({ method: 'PUT' })],
    ['with content', sound({ content: {} })],
    ['for another server', sound({ destination: 'two.test' })],
    ['for another server, and said to be for us', sound({ destination: 'two.test' }).replace('two.test', 'own.test')],
    ['by another key', otherServer('one.test', 2).authorization({ method: 'GET', uri, destination: 'own.test' })],
    ['in the name of another', otherServer('two.test', 1).authorization({ method: 'GET', uri, destination: 'own.test' })],
    ['in our name', otherServer('own.test', 50).authorization({ method: 'GET', uri, destination: 'own.test' })],
    ['no signature at all', sound().replace(/sig="[^"]*"/, 'sig=""')],
    ['no base64', sound().replace(/sig="[^"]*"/, 'sig="%%%"')],
    ['another scheme', 'Bearer abc'],
    ['another form', 'X-Matrix origin'],
    ['nothing', undefined],
    ['empty', ''],
  ] as const) {
    const answer = await get(authorization);
    assert.equal(`${answer.status} ${String(answer.json?.['errcode'])}`, '401 M_UNAUTHORIZED', what);
  }
});

test('who does not say for whom it is has signed it for us all the same', async (t) => {
  const { get } = await place(t);
  assert.equal((await get(sound().replace(',destination="own.test"', ''))).status, 200);
  assert.equal((await get(sound({ destination: 'two.test' }).replace(',destination="two.test"', ''))).status, 401);
});

test('EA-07 a key that has ended, or whose server has not renewed its word, does not count for requests', async (t) => {
  for (const [validity, status] of [
    [{ validUntilTs: clock.now() }, 200],
    [{ validUntilTs: clock.now() - 1 }, 401],
    [{ expiredTs: clock.now() + 1000 }, 401],
    [{}, 401],
  ] as const) {
    const { get } = await place(t, { 'one.test ed25519:k': known(one.key, validity) });
    assert.equal((await get(sound())).status, status, JSON.stringify(validity));
  }
});

test('of several headers those with known keys must be right, one at least, and all of one server', async (t) => {
  const second = otherServer('one.test', 4, 'second');
  const unknown = otherServer('one.test', 5, 'unknown');
  const { get } = await place(t, { 'one.test ed25519:k': known(one.key), 'one.test ed25519:second': known(second.key) });
  const by = (server: typeof one, destination = 'own.test') => server.authorization({ method: 'GET', uri, destination });
  assert.equal((await get([by(one), by(second)])).status, 200);
  assert.equal((await get([by(unknown), by(second)])).status, 200);
  assert.equal((await get([by(unknown)])).status, 401);
  assert.equal((await get([by(one), by(second).replace(/sig="./, 'sig="')])).status, 401);
  assert.equal((await get([by(one), by(otherServer('two.test', 1))])).status, 401);
  assert.equal((await get([by(one), 'Bearer x'])).status, 401);
  assert.equal((await get(Array.from({ length: 6 }, () => by(one)))).status, 401);
});

test('a server that the operator denies is told so, whatever it signs, and its keys are not looked for', async (t) => {
  const { get, wanted } = await place(t);
  const answer = await get(otherServer('denied.test', 1).authorization({ method: 'GET', uri, destination: 'own.test' }));
  assert.equal(`${answer.status} ${String(answer.json?.['errcode'])}`, '403 M_FORBIDDEN');
  await get(sound({ destination: 'two.test' }));
  await get(otherServer('own.test', 50).authorization({ method: 'GET', uri, destination: 'own.test' }));
  assert.deepEqual(wanted, []);
});

test('a token of a user opens no route of servers', async (t) => {
  const { edge } = await place(t);
  assert.equal((await edge.call('GET', uri, { token: 'admin' })).status, 401);
  assert.equal((await edge.call('GET', `${uri}&access_token=admin`)).status, 401);
});

test('an edge with routes for servers and nobody who knows those is a mistake at the start', async () => {
  const open = route({
    method: 'GET',
    mount: ['/x'],
    path: '/y',
    operation: 'o',
    auth: 'server',
    rate: 'none',
    errors: [],
    handle: async () => ({}),
  });
  await assert.rejects(loopbackEdge([open]), /nobody who knows/);
});
