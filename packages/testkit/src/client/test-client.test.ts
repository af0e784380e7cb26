import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { createTestClient } from './test-client.ts';
import type { TestClientOptions } from './test-client.ts';
import type { Transport, TransportRequest } from './transport.ts';
import { answersToWrongTypes } from './wrong-type-answers.ts';

type Seen = { line: string; token: string | undefined; body: unknown };

/** A server that answers from a list, one after the other, and remembers what it was asked. */
function scripted(...answers: [status: number, body: unknown][]) {
  const seen: Seen[] = [];
  const fetch: Transport = async (request: TransportRequest) => {
    const body = typeof request.body === 'string' ? (JSON.parse(request.body) as unknown) : request.body;
    const line = `${request.method} ${request.url.pathname}${request.url.search}`;
    seen.push({ line, token: request.headers['authorization'], body });
    const [status, answer] = answers[seen.length - 1] ?? assert.fail(`no answer left for ${line}`);
    const bytes = new TextEncoder().encode(JSON.stringify(answer));
    return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, bytes };
  };
  const client = (options: Partial<TestClientOptions> = {}) => createTestClient({ baseUrl: 'http://hs.test', fetch, ...options });
  return { seen, client };
}

const ALICE = { user_id: '@alice:hs.test', access_token: 'secret', device_id: 'DEV' };

test('registering goes through the stages that the server asks for', async () => {
  const flows = [{ stages: ['m.login.email.identity'] }, { stages: ['m.login.registration_token', 'm.login.dummy'] }];
  const server = scripted(
    [401, { flows, session: 's', params: {} }],
    [401, { flows, session: 's', completed: ['m.login.registration_token'] }],
    [200, ALICE],
    [200, { user_id: '@alice:hs.test' }],
  );
  const alice = await server.client().register('alice', 'pw', { registrationToken: 'tok' });
  assert.deepEqual([alice.userId, alice.deviceId, alice.token], ['@alice:hs.test', 'DEV', 'secret']);
  assert.deepEqual(
    server.seen.map((each) => (each.body as { auth?: unknown }).auth),
    [undefined, { type: 'm.login.registration_token', session: 's', token: 'tok' }, { type: 'm.login.dummy', session: 's' }],
  );
  await alice.whoami();
  assert.equal(server.seen.at(-1)?.token, 'Bearer secret');
});

test('registering fails at once when no flow can be gone', async () => {
  const server = scripted([401, { flows: [{ stages: ['m.login.email.identity'] }], session: 's' }]);
  await assert.rejects(server.client().register('alice', 'pw'), /no flow that a test can go/);
});

test('every call checks the answer against its schema', async () => {
  const server = scripted([200, { room_id: 5 }]);
  await assert.rejects(server.client({ token: 't' }).createRoom(), /at \/room_id: must be string, got 5/);
});

test('paths are encoded, and each send has a transaction of its own', async () => {
  const sent: [number, unknown] = [200, { event_id: '$e' }];
  const server = scripted(sent, sent, sent, [200, { name: 'x' }]);
  const client = server.client({ token: 't' });
  await client.sendText('!a/b:hs.test', 'hi');
  await client.withToken('u').send('!a:hs.test', 'm.x', {});
  await client.send('!a:hs.test', 'm.x', {}, 'mine');
  await client.getState('!a:hs.test', 'm.room.name');
  assert.deepEqual(
    server.seen.map((each) => each.line),
    [
      'PUT /_matrix/client/v3/rooms/!a%2Fb%3Ahs.test/send/m.room.message/txn1',
      'PUT /_matrix/client/v3/rooms/!a%3Ahs.test/send/m.x/txn2',
      'PUT /_matrix/client/v3/rooms/!a%3Ahs.test/send/m.x/mine',
      'GET /_matrix/client/v3/rooms/!a%3Ahs.test/state/m.room.name/',
    ],
  );
});

test('a call that is not answered with 200 fails, and a refusal can be expected', async () => {
  const no: [number, unknown] = [403, { errcode: 'M_FORBIDDEN', error: 'no' }];
  const server = scripted(no, no, no);
  const client = server.client({ token: 't' });
  const path = '/_matrix/client/v3/join/%23a%3Ahs.test';
  await assert.rejects(client.join('#a:hs.test', { via: ['one', 'two'] }), /answered 403: .*M_FORBIDDEN/);
  assert.equal(server.seen[0]?.line, `POST ${path}?via=one&via=two`);
  assert.equal((await client.refused(403, 'M_FORBIDDEN', 'POST', path, { token: null })).error, 'no');
  assert.equal(server.seen[1]?.token, undefined);
  await assert.rejects(client.refused(404, 'M_FORBIDDEN', 'POST', path), /answered 403/);
});

test('waiting goes on from sync to sync and starts where it is told', async () => {
  const server = scripted([200, { next_batch: 'b' }], [200, { next_batch: 'c', device_lists: { changed: [] } }]);
  const found = await server.client({ token: 't' }).syncUntil((body) => body.device_lists?.changed, 'a');
  assert.deepEqual(found, { value: [], nextBatch: 'c' });
  const lines = ['a', 'b'].map((since) => `GET /_matrix/client/v3/sync?timeout=1000&since=${since}`);
  assert.deepEqual(
    server.seen.map((each) => each.line),
    lines,
  );
});

test('waiting for what does not come fails after a number of syncs', async () => {
  const server = scripted(...Array.from({ length: 20 }, (): [number, unknown] => [200, { next_batch: 'b' }]));
  await assert.rejects(
    server.client().syncUntil(() => undefined),
    /20 syncs did not bring/,
  );
});

test('wrong types are sent for every field, and what the server made of them comes back', async () => {
  const path = '/_matrix/client/v3/user_directory/search';
  const server = createTestClient({
    baseUrl: 'http://hs.test',
    fetch: async (request) => {
      const limit = (JSON.parse(String(request.body)) as { limit?: unknown } | null)?.limit;
      const [status, body] = limit === null ? [200, { results: [], limited: false }] : [400, { errcode: 'M_BAD_JSON', error: 'no' }];
      return {
        status: Number(status),
        headers: { 'content-type': 'application/json' },
        bytes: new TextEncoder().encode(JSON.stringify(body)),
      };
    },
  });
  const answers = await answersToWrongTypes(server, 'POST', path, { search_term: 'x' });
  assert.equal(answers.length, 6 + 6 + 6);
  assert.deepEqual(
    answers.filter((answer) => answer.status === 200),
    [{ pointer: '/limit', expected: ['integer'], given: 'null', status: 200, errcode: undefined }],
  );
});

test('an answer of 500 to a wrong type fails with the field', async () => {
  const server = scripted([500, { errcode: 'M_UNKNOWN', error: 'oops' }]);
  const answers = answersToWrongTypes(server.client(), 'POST', '/_matrix/client/v3/user_directory/search');
  await assert.rejects(answers, /null instead of object at \(the body\) was answered with 500/);
});

test('a JSON answer that does not parse fails the test that asked', async () => {
  const bytes = new TextEncoder().encode('{"a":');
  const client = createTestClient({
    baseUrl: 'http://hs.test',
    fetch: async () => ({ status: 200, headers: { 'content-type': 'application/json' }, bytes }),
  });
  await assert.rejects(client.request('GET', '/x'), /not JSON: \{"a":/);
});

test('over HTTP, JSON and bytes go and come, and close ends the connections', { timeout: 10_000 }, async (t) => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', request.headers['content-type'] ?? 'text/plain');
      response.setHeader('x-seen', `${request.method} ${request.url}`);
      response.end(Buffer.concat(chunks));
    });
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  server.keepAliveTimeout = 0; // Left to itself the server never ends a connection.
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket) => closed.push(once(socket, 'close')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createTestClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const json = await client.request('POST', '/echo', { body: { a: ['ü'] }, query: { n: 1, off: undefined } });
  assert.deepEqual([json.status, json.body, json.headers['x-seen']], [200, { a: ['ü'] }, 'POST /echo?n=1']);
  const headers = { 'content-type': 'image/png' };
  const raw = await client.request('PUT', '/echo', { body: new Uint8Array([0, 255]), headers });
  assert.deepEqual([raw.body, [...raw.bytes]], [undefined, [0, 255]]);
  await client.close();
  assert.ok(closed.length > 0);
  await Promise.all(closed);
});
