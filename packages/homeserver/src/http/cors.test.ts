import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MatrixError } from './errors.ts';
import { route } from './route.ts';
import { type Answer, type LoopbackEdge, loopbackEdge } from './testing/loopback-edge.ts';

const wanted = ['Origin', 'X-Requested-With', 'Content-Type', 'Accept', 'Authorization', 'If-Match'];

let edge: LoopbackEdge;
before(async () => {
  edge = await loopbackEdge(
    [
      route({
        method: 'POST',
        mount: 'client',
        path: '/ok',
        operation: 'ok',
        auth: 'none',
        rate: 'login',
        body: undefined,
        errors: [],
        handle: async () => ({}),
      }),
      route({
        method: 'GET',
        mount: 'client',
        path: '/bug',
        operation: 'bug',
        auth: 'none',
        rate: 'none',
        errors: [],
        handle: async () => {
          throw new Error('bug');
        },
      }),
      route({
        method: 'GET',
        mount: 'client',
        path: '/denied',
        operation: 'denied',
        auth: 'none',
        rate: 'none',
        errors: [],
        handle: async () => {
          throw new MatrixError('M_FORBIDDEN');
        },
      }),
    ],
    { limited: true },
  );
});
after(() => edge.close());

function assertOpen(answer: Answer, what: string): void {
  assert.equal(answer.headers['access-control-allow-origin'], '*', what);
  const methods = String(answer.headers['access-control-allow-methods']).split(', ');
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) assert.ok(methods.includes(method), what);
  assert.deepEqual(String(answer.headers['access-control-allow-headers']).split(', '), wanted, what);
}

test('G4: every answer of the API lets pages of any origin read it, whatever its status', async () => {
  const seen: Record<number, boolean> = {};
  const look = (answer: Answer): void => {
    seen[answer.status] = true;
    assertOpen(answer, String(answer.status));
  };
  look(await edge.call('GET', '/_matrix/client/v3/denied'));
  look(await edge.call('GET', '/_matrix/client/v3/bug'));
  look(await edge.call('GET', '/_matrix/client/v3/nope'));
  look(await edge.call('GET', '/_matrix/client/v3/ok'));
  look(await edge.call('GET', '/_matrix/client/v3/%'));
  for (let tries = 0; tries < 30; tries++) look(await edge.call('POST', '/_matrix/client/api/v1/ok'));
  assert.deepEqual(Object.keys(seen).map(Number), [200, 400, 403, 404, 405, 429, 500]);
  const malformed = await edge.raw('GET / HTTP/1.1\r\nX y: 1\r\n\r\n');
  assert.match(malformed, /^HTTP\/1\.1 400 [\s\S]*Access-Control-Allow-Origin: \*/);
});

test('G4: a preflight is 200 without a token and even with a bad one, for any path of the API, and does nothing', async () => {
  for (const path of [
    '/_matrix/client/v3/ok',
    '/_matrix/client/api/v1/ok?access_token=bad',
    '/_matrix/client/v3/nope',
    '/_matrix/media/v3/upload',
    '/.well-known/matrix/client',
    '/_synapse/admin/v1/register',
  ]) {
    const answer = await edge.call('OPTIONS', path, {
      headers: {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });
    assert.deepEqual(
      [answer.status, answer.text, answer.headers['content-type'], answer.headers['access-control-max-age']],
      [200, '{}', 'application/json', '86400'],
      path,
    );
    assertOpen(answer, path);
  }
});

test('G4: a page from another host may reach a server in a private network', async () => {
  const asked = await edge.call('OPTIONS', '/_matrix/client/v3/ok', { headers: { 'Access-Control-Request-Private-Network': 'true' } });
  assert.equal(asked.headers['access-control-allow-private-network'], 'true');
  assert.equal((await edge.call('OPTIONS', '/_matrix/client/v3/ok')).headers['access-control-allow-private-network'], undefined);
});

test('32: the APIs of servers and the pages are not open to other pages', async () => {
  for (const path of ['/_matrix/federation/v1/version', '/_matrix/key/v2/server', '/', '/nope']) {
    assert.equal((await edge.call('GET', path)).headers['access-control-allow-origin'], undefined, path);
  }
  assert.equal((await edge.call('OPTIONS', '/_matrix/federation/v1/version')).status, 404);
});
