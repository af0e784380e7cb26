import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Type } from 'typebox';

import { MatrixError } from './errors.ts';
import { prefixes } from './prefixes.ts';
import { Reply } from './reply.ts';
import { type Route, route } from './route.ts';
import { type LoopbackEdge, loopbackEdge } from './testing/loopback-edge.ts';
import { html } from '@hearth/kit';
import { StorageUnavailable, WriteRefused } from '@hearth/storage';

const echo = { auth: 'none', rate: 'none', errors: [] } as const;

const failures: Record<string, () => never> = {
  bug: () => {
    throw new TypeError('secret detail of the program');
  },
  full: () => {
    throw new StorageUnavailable('disk full at /somewhere');
  },
  nul: () => {
    throw new WriteRefused('unstorable', 'x');
  },
  stale: () => {
    throw new WriteRefused('stale', 'x');
  },
  odd: () => {
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- a foreign library might
    throw 'a string';
  },
};

const routes: Route[] = [
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/state/{eventType}/{stateKey}',
    operation: 'getRoomStateWithKey',
    handle: async (request) => ({ with: 'key', params: request.params, generation: request.generation }),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/state/{eventType}',
    operation: 'getRoomStateNoKey',
    handle: async (request) => ({ with: 'no key', params: request.params }),
  }),
  route({
    ...echo,
    method: 'PUT',
    mount: 'client',
    path: '/rooms/{roomId}/state/{eventType}',
    operation: 'setRoomStateNoKey',
    handle: async () => ({}),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/login',
    operation: 'getLoginFlows',
    handle: async (request) => ({ flows: 'today', generation: request.generation }),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: prefixes.api2015v1,
    path: '/login',
    operation: 'getLoginFlows2015',
    handle: async (request) => ({ flows: '2015', generation: request.generation }),
  }),
  route({
    ...echo,
    method: 'POST',
    mount: prefixes.api2015v1,
    path: '/login',
    operation: 'login2015',
    handle: async () => ({ login: '2015' }),
  }),
  route({ ...echo, method: 'POST', mount: 'client', path: '/login', operation: 'login', handle: async () => ({ login: 'today' }) }),
  route({ ...echo, method: 'GET', mount: 'client', path: '/pushrules/', operation: 'getPushRules', handle: async () => ({ rules: true }) }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/profile/{userId}/displayname',
    operation: 'getDisplayName',
    handle: async () => ({ name: true }),
  }),
  route({
    ...echo,
    method: 'DELETE',
    mount: 'client',
    path: '/profile/{userId}/{keyName}',
    operation: 'deleteProfileField',
    handle: async (request) => ({ deleted: request.params.keyName }),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: ['/_matrix/client/unstable/org.example'],
    path: '/thing',
    operation: 'thing',
    handle: async (request) => ({ generation: request.generation }),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: prefixes.root,
    path: '/',
    operation: 'landing',
    handle: async () => ({ html: html`<p>${'<hello>'}</p>` }),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/fail/{how}',
    operation: 'fail',
    handle: async (request) => failures[request.params.how]?.() ?? {},
  }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/teapot',
    operation: 'teapot',
    handle: async () => new Reply(401, { flows: [] }, { 'cache-control': 'private' }),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/stored',
    operation: 'stored',
    handle: async () => ({ html: '<script>alert(1)</script>', preparedJson: 'x', status: 302 }),
  }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/prepared',
    operation: 'prepared',
    handle: async () => ({ preparedJson: Buffer.from('{"a":1}') }),
  }),
  route({ ...echo, method: 'GET', mount: 'client', path: '/big', operation: 'big', handle: async () => ({ depth: 9007199254740993n }) }),
  route({ ...echo, method: 'GET', mount: 'client', path: '/nothing', operation: 'nothing', handle: async () => undefined as never }),
  route({
    ...echo,
    method: 'GET',
    mount: 'client',
    path: '/query',
    operation: 'query',
    query: Type.Object({
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
      full: Type.Optional(Type.Boolean()),
      via: Type.Optional(Type.Array(Type.String())),
      dir: Type.Union([Type.Literal('b'), Type.Literal('f')]),
      from: Type.String(),
    }),
    handle: async (request) => ({ ...request.query }),
  }),
  route({
    ...echo,
    method: 'POST',
    mount: 'client',
    path: '/body',
    operation: 'body',
    bodyBytesMax: 1000,
    body: Type.Object({
      user_id: Type.String(),
      reason: Type.Optional(Type.String()),
      third: Type.Optional(Type.Object({ medium: Type.String(), address: Type.String() })),
      count: Type.Integer(),
    }),
    handle: async (request) => ({ got: request.body, prototype: Object.getPrototypeOf(request.body) === null }),
  }),
  route({
    ...echo,
    method: 'POST',
    mount: 'client',
    path: '/anything',
    operation: 'anything',
    body: Type.Object({}),
    handle: async (request) => ({ keys: Object.keys(request.body) }),
  }),
  route({
    ...echo,
    method: 'POST',
    mount: 'client',
    path: '/bare',
    operation: 'bare',
    body: Type.Union([Type.Boolean(), Type.Object({ enabled: Type.Boolean() })]),
    handle: async (request) => ({ got: request.body }),
  }),
  route({
    ...echo,
    method: 'PUT',
    mount: 'client',
    path: '/content',
    operation: 'content',
    bodyNumbers: 'canonical',
    body: Type.Object({}),
    handle: async () => ({}),
  }),
  route({
    ...echo,
    method: 'POST',
    mount: prefixes.root,
    path: '/setup',
    operation: 'setup',
    bodyFormat: 'form',
    body: Type.Object({ name: Type.String() }),
    handle: async (request) => ({ html: html`${request.body.name}` }),
  }),
];

let edge: LoopbackEdge;
before(async () => {
  edge = await loopbackEdge(routes);
});
after(() => edge.close());

const v3 = '/_matrix/client/v3';

test('routes of today are served under today’s prefixes and those of 2015, and tell which it was', async () => {
  for (const [prefix, generation] of [
    [v3, 'v3'],
    ['/_matrix/client/r0', 'r0'],
    ['/_matrix/client/api/v1', 'v1'],
    ['/_matrix/client/v2_alpha', 'v2a'],
    ['/_matrix/client/api/v2_alpha', 'v2a'],
  ] as const) {
    const answer = await edge.call('GET', `${prefix}/rooms/!a:b/state/m.room.name/k`);
    assert.deepEqual([answer.status, answer.json?.['generation']], [200, generation], prefix);
  }
  assert.equal((await edge.call('GET', '/_matrix/client/unstable/org.example/thing')).json?.['generation'], 'unstable');
});

test('a route that names its prefix goes before one that is mounted everywhere', async () => {
  assert.deepEqual((await edge.call('GET', '/_matrix/client/api/v1/login')).json, { flows: '2015', generation: 'v1' });
  assert.deepEqual((await edge.call('GET', `${v3}/login`)).json, { flows: 'today', generation: 'v3' });
  assert.deepEqual((await edge.call('POST', '/_matrix/client/api/v1/login')).json, { login: '2015' });
  assert.deepEqual((await edge.call('POST', `${v3}/login`)).json, { login: 'today' });
});

test('two routes that claim the same method and path refuse to start', async () => {
  const one = route({ ...echo, method: 'GET', mount: 'client', path: '/rooms/{id}/x', operation: 'one', handle: async () => ({}) });
  const other = { ...one, path: '/rooms/{roomId}/x/', operation: 'other' };
  await assert.rejects(loopbackEdge([one, other]), /claimed by both one and other/);
  const named = { ...one, mount: prefixes.v3 };
  await assert.rejects(loopbackEdge([named, { ...named, operation: 'other' }]), /claimed by both/);
});

test('a final slash makes no difference: an empty state key, the list of push rules', async () => {
  for (const slash of ['', '/']) {
    assert.equal((await edge.call('GET', `/_matrix/client/api/v1/rooms/!a:b/state/m.room.name${slash}`)).json?.['with'], 'no key');
    assert.equal((await edge.call('GET', `/_matrix/client/api/v1/pushrules${slash}`)).json?.['rules'], true);
  }
  assert.equal((await edge.call('GET', `${v3}/rooms//state/m.room.name`)).status, 404);
});

test('path parameters are decoded once, %2F included, and may be long', async () => {
  const answer = await edge.call('GET', `${v3}/rooms/!a%2Fb:c/state/%25de%2Fmo/${'k'.repeat(4000)}`);
  assert.deepEqual(answer.json?.['params'], { roomId: '!a/b:c', eventType: '%de/mo', stateKey: 'k'.repeat(4000) });
  const unicode = await edge.call('GET', `${v3}/rooms/x/state/y/%F0%9F%94%A5`);
  assert.deepEqual(unicode.json?.['params'], { roomId: 'x', eventType: 'y', stateKey: '🔥' });
  const bare = await edge.raw(`GET ${v3}/rooms/x/state/y/\xF0\x9F\x94\xA5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  assert.match(Buffer.from(bare, 'latin1').toString(), /"stateKey":"🔥"|^HTTP\/1\.1 400 /);
});

test('prototype names are ordinary path parameters', async () => {
  const answer = await edge.call('GET', `${v3}/rooms/__proto__/state/constructor/toString`);
  assert.deepEqual(answer.json?.['params'], { roomId: '__proto__', eventType: 'constructor', stateKey: 'toString' });
});

test('malformed percent-encoding, broken UTF-8, U+0000 and too long parts are 400 M_INVALID_PARAM', async () => {
  for (const path of [
    '/rooms/%',
    '/rooms/%zz/x',
    '/rooms/%FF/x',
    '/rooms/a%00b/x',
    '/rooms/%ED%A0%80',
    `/rooms/${'x'.repeat(5000)}`,
    '/query?from=%',
    '/query?from=%00&dir=b',
    '/query?%00=1',
    '/query?from=%C3%28&dir=b',
  ]) {
    const answer = await edge.call('GET', v3 + path);
    assert.deepEqual([answer.status, answer.json?.['errcode']], [400, 'M_INVALID_PARAM'], path);
    assert.equal(answer.headers['access-control-allow-origin'], '*', path);
  }
});

test('an unknown path is 404 M_UNRECOGNIZED, a wrong method 405 with Allow, in every namespace', async () => {
  for (const path of [
    `${v3}/nope`,
    '/_matrix/nope',
    '/_matrix',
    '/_matrix/client/v9/login',
    '/_synapse/admin/v1/nope',
    '/.well-known/matrix/nope',
    '/_matrix/federation/v1/nope',
  ]) {
    const answer = await edge.call('GET', path);
    assert.deepEqual([answer.status, answer.json?.['errcode']], [404, 'M_UNRECOGNIZED'], path);
  }
  const wrong = await edge.call('POST', `${v3}/rooms/!a:b/state/m.room.name`, { body: {} });
  assert.deepEqual([wrong.status, wrong.json?.['errcode'], wrong.headers['allow']], [405, 'M_UNRECOGNIZED', 'GET, HEAD, PUT']);
  assert.equal(wrong.headers['access-control-allow-origin'], '*');
});

test('a request without Host is told so, in an answer that browsers let pages read', async () => {
  const answer = await edge.raw(`GET ${v3}/nope HTTP/1.1\r\nConnection: close\r\n\r\n`);
  assert.match(
    answer,
    /^HTTP\/1\.1 400 .*Access-Control-Allow-Origin: \*.*"errcode":"M_UNKNOWN","error":"A request needs the header Host\."/s,
  );
});

test('a target with scheme and host is the API’s as well: JSON, with the headers for browsers', async () => {
  const answer = await edge.raw(`GET http://hearth.test${v3}/nope HTTP/1.1\r\nHost: hearth.test\r\nConnection: close\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 404 .*Access-Control-Allow-Origin: \*.*"errcode":"M_UNRECOGNIZED"/s);
});

test('a literal path that lacks the method does not hide the parameter’s route', async () => {
  assert.deepEqual((await edge.call('DELETE', `${v3}/profile/@a:b/displayname`)).json, { deleted: 'displayname' });
  assert.equal((await edge.call('PUT', `${v3}/profile/@a:b/displayname`)).headers['allow'], 'DELETE, GET, HEAD');
});

test('HEAD is answered like GET, without the body', async () => {
  const answer = await edge.call('HEAD', `${v3}/login`);
  assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [200, '', 'application/json']);
});

test('pages carry a policy that allows no script of their own text and no frame, and their errors are pages', async () => {
  const page = await edge.call('GET', '/');
  assert.equal(page.text, '<p>&#60;hello&#62;</p>');
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.deepEqual(
    [page.headers['x-content-type-options'], page.headers['referrer-policy'], page.headers['content-type']],
    ['nosniff', 'no-referrer', 'text/html; charset=utf-8'],
  );
  assert.equal(page.headers['access-control-allow-origin'], undefined);
  const missing = await edge.call('GET', '/nope');
  assert.equal(missing.status, 404);
  assert.match(missing.text, /^<!doctype html>/);
});

test('what users stored is never taken for a page or for prepared bytes', async () => {
  const answer = await edge.call('GET', `${v3}/stored`);
  assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/json']);
  assert.deepEqual(answer.json, { html: '<script>alert(1)</script>', preparedJson: 'x', status: 302 });
});

test('replies, prepared bytes and great integers reach the client as they are', async () => {
  const reply = await edge.call('GET', `${v3}/teapot`);
  assert.deepEqual([reply.status, reply.json, reply.headers['cache-control']], [401, { flows: [] }, 'private']);
  assert.equal((await edge.call('GET', `${v3}/prepared`)).text, '{"a":1}');
  assert.equal((await edge.call('GET', `${v3}/big`)).text, '{"depth":9007199254740993}');
});

test('G5: an answer is application/json, never empty, never cached', async () => {
  const answer = await edge.call('PUT', `${v3}/rooms/a/state/b`);
  assert.deepEqual(
    [answer.status, answer.text, answer.headers['content-type'], answer.headers['cache-control']],
    [200, '{}', 'application/json', 'no-store'],
  );
});

test('the query’s texts become values by our own rules', async () => {
  const good = await edge.call('GET', `${v3}/query?limit=5&full=true&via=a&via=b%20c+d&dir=f&from=%2B1&unknown=x&__proto__=y`);
  assert.deepEqual(good.json, { limit: 5, full: true, via: ['a', 'b c d'], dir: 'f', from: '+1' });
  const missing = await edge.call('GET', `${v3}/query?limit=5`);
  assert.deepEqual([missing.status, missing.json], [400, { errcode: 'M_MISSING_PARAM', error: 'The query lacks dir and from.' }]);
  for (const wrong of [
    'limit=x',
    'limit=',
    'limit=1.0',
    'limit=1e3',
    'limit=99999999999999999',
    'limit=0',
    'full=1',
    'dir=x',
    'limit=1&limit=2',
  ]) {
    const query = wrong.startsWith('dir') ? `${wrong}&from=x` : `dir=b&from=x&${wrong}`;
    const answer = await edge.call('GET', `${v3}/query?${query}`);
    assert.deepEqual([answer.status, answer.json?.['errcode']], [400, 'M_INVALID_PARAM'], wrong);
  }
});

test('G3: a body is JSON whatever the content type says; unknown keys pass; objects have no prototype', async () => {
  for (const type of [
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'nonsense',
    '',
  ]) {
    const answer = await edge.call('POST', `${v3}/body`, {
      headers: { 'content-type': type },
      body: '{"user_id":"@a:b","count":1,"__proto__":{"x":1},"more":1.5}',
    });
    assert.equal(answer.status, 200, type);
    assert.equal(answer.json?.['prototype'], true);
    assert.equal(answer.text.includes('"__proto__":{"x":1}'), true);
  }
});

test('G3: nothing is {} where nothing is required, and names what is missing where something is', async () => {
  assert.deepEqual((await edge.call('POST', `${v3}/anything`)).json, { keys: [] });
  for (const body of ['', '{}', '{"reason":"x"}']) {
    const answer = await edge.call('POST', `${v3}/body`, { body });
    assert.deepEqual([answer.status, answer.json], [400, { errcode: 'M_MISSING_PARAM', error: 'The body lacks user_id and count.' }], body);
  }
  const nested = await edge.call('POST', `${v3}/body`, { body: { user_id: 'x', count: 1, third: { medium: 'x' } } });
  assert.deepEqual(nested.json, { errcode: 'M_MISSING_PARAM', error: 'The body lacks third/address.' });
});

test('a wrong type is 400 M_BAD_JSON and says where; no coercion', async () => {
  const cases: [unknown, string][] = [
    [{ user_id: 3, count: 1 }, 'In the body, /user_id must be a string.'],
    [{ user_id: 'x', count: '1' }, 'In the body, /count must be an integer.'],
    [{ user_id: 'x', count: 1.5 }, 'In the body, /count must be an integer.'],
    [{ user_id: null, count: 1 }, 'In the body, /user_id must be a string.'],
    [{ user_id: 'x', count: 1, third: [] }, 'In the body, /third must be an object.'],
    [[], 'The body must be an object.'],
  ];
  for (const [body, error] of cases) {
    const answer = await edge.call('POST', `${v3}/body`, { body: JSON.stringify(body) });
    assert.deepEqual([answer.status, answer.json], [400, { errcode: 'M_BAD_JSON', error }]);
  }
  const union = await edge.call('POST', `${v3}/bare`, { body: '3' });
  assert.deepEqual(union.json, { errcode: 'M_BAD_JSON', error: 'The body must be true or false or an object.' });
  assert.deepEqual((await edge.call('POST', `${v3}/bare`, { body: 'true' })).json, { got: true });
});

test('what is not JSON is 400 M_NOT_JSON; fractions in an event’s content are M_BAD_JSON', async () => {
  for (const body of ['{', 'x', '{"a":1}}', "{'a':1}", Buffer.from([0x22, 0xff, 0x22]), '﻿{}']) {
    const answer = await edge.call('POST', `${v3}/anything`, { body });
    assert.deepEqual([answer.status, answer.json?.['errcode']], [400, 'M_NOT_JSON'], String(body));
  }
  assert.equal((await edge.call('PUT', `${v3}/content`, { body: '{"a":1.5}' })).json?.['errcode'], 'M_BAD_JSON');
  assert.equal((await edge.call('POST', `${v3}/anything`, { body: '{"a":1.5}' })).status, 200);
  assert.equal((await edge.call('POST', `${v3}/anything`, { body: `{"a":${'['.repeat(200)}${']'.repeat(200)}}` })).status, 400);
});

test('14: a body over its limit is 413 M_TOO_LARGE, declared or chunked, and the client gets to read it', async () => {
  const declared = await edge.call('POST', `${v3}/body`, { body: 'x'.repeat(1_500_000) });
  assert.deepEqual(
    [declared.status, declared.json?.['errcode'], declared.headers['access-control-allow-origin']],
    [413, 'M_TOO_LARGE', '*'],
  );
  const chunked = await edge.raw(
    `POST ${v3}/body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}\r\n0\r\n\r\n`,
    /M_TOO_LARGE/,
  );
  assert.match(chunked, /^HTTP\/1\.1 413 /);
  const announced = await edge.raw(`POST ${v3}/body HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n`, /M_TOO_LARGE/);
  assert.match(announced, /^HTTP\/1\.1 413 /, 'refused before a byte of it came');
  const usual = await edge.call('POST', `${v3}/anything`, { body: `{"a":"${'x'.repeat(1024 * 1024)}"}` });
  assert.equal(usual.status, 413);
});

test('MD-21: compressed bodies are refused before a byte is unpacked', async () => {
  const answer = await edge.call('POST', `${v3}/anything`, { headers: { 'content-encoding': 'gzip' }, body: 'x' });
  assert.equal(answer.status, 415);
});

test('the body of a form is read as texts, for pages', async () => {
  assert.equal((await edge.call('POST', '/setup', { body: 'name=a+%3Cb%3E&x=1' })).text, 'a &#60;b&#62;');
  assert.equal((await edge.call('POST', '/setup', { body: 'x=1' })).status, 400);
});

test('an unexpected error is a 500 without details, counted, and in the log with the request’s id', async () => {
  const before500 = edge.edge.unexpectedErrors();
  for (const how of ['fail/bug', 'fail/odd', 'nothing']) {
    const answer = await edge.call('GET', `${v3}/${how}`);
    assert.deepEqual(
      [answer.status, answer.json?.['errcode'], answer.headers['access-control-allow-origin']],
      [500, 'M_UNKNOWN', '*'],
      how,
    );
    assert.equal(answer.text.includes('secret detail'), false);
    const line = edge.logLines.find((text) => text.includes('"error"') && text.includes(String(answer.headers['x-request-id'])));
    assert.ok(line, how);
  }
  assert.equal(edge.edge.unexpectedErrors(), before500 + 3);
});

test('a database that cannot write is 503 with Retry-After, an unstorable text 400; neither counts as unexpected', async () => {
  const before500 = edge.edge.unexpectedErrors();
  for (const [how, status, code] of [
    ['full', 503, 'M_UNAVAILABLE'],
    ['stale', 503, 'M_UNAVAILABLE'],
    ['nul', 400, 'M_BAD_JSON'],
  ] as const) {
    const answer = await edge.call('GET', `${v3}/fail/${how}`);
    assert.deepEqual([answer.status, answer.json?.['errcode']], [status, code]);
    assert.equal(answer.headers['retry-after'], status === 503 ? '2' : undefined);
    assert.equal(answer.text.includes('somewhere'), false);
  }
  assert.equal(edge.edge.unexpectedErrors(), before500);
});

test('until the server is ready the API answers 503', async () => {
  const starting = await loopbackEdge(routes, { ready: () => false });
  assert.equal((await starting.call('GET', `${v3}/login`)).status, 503);
  assert.equal((await starting.call('OPTIONS', `${v3}/login`)).status, 200);
  await starting.close();
});

test('the list of routes names every place with its operation', () => {
  const list = edge.edge.routeList();
  assert.ok(
    list.some(({ method, path, operation }) => method === 'GET' && path === '/_matrix/client/r0/login' && operation === 'getLoginFlows'),
  );
  assert.ok(list.some(({ path, operation }) => path === '/_matrix/client/api/v1/login' && operation === 'getLoginFlows2015'));
  assert.equal(list.filter(({ path, method }) => path === '/_matrix/client/api/v1/login' && method === 'GET').length, 1);
});

test('MatrixError carries its extra fields', () => {
  assert.deepEqual(new MatrixError('M_LIMIT_EXCEEDED', 'x', { extra: { retry_after_ms: 5 } }).body(), {
    errcode: 'M_LIMIT_EXCEEDED',
    error: 'x',
    retry_after_ms: 5,
  });
});
