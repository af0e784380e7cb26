import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';

import { Type } from 'typebox';

import { route } from './route.ts';
import { loopbackEdge } from './testing/loopback-edge.ts';
import { sleep, systemClock } from '@hearth/kit';

const clock = systemClock();

/** A long poll: it answers when its signal ends. */
function poll(seen: string[]) {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/sync',
    operation: 'sync',
    auth: 'none',
    rate: 'none',
    errors: [],
    handle: async ({ signal }) => {
      seen.push('asked');
      await sleep(clock, 20_000, signal);
      seen.push(signal.aborted ? 'ended' : 'timed out');
      return { next_batch: 's1' };
    },
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries++) await sleep(clock, 10);
  assert.ok(condition());
}

test('a long poll ends when its client goes away', async (t) => {
  const seen: string[] = [];
  const edge = await loopbackEdge([poll(seen)]);
  t.after(() => edge.close());
  const socket = connect(edge.port, '127.0.0.1', () => void socket.write('GET /_matrix/client/v3/sync HTTP/1.1\r\nHost: a\r\n\r\n'));
  await until(() => seen.length === 1);
  socket.destroy();
  await until(() => seen.length === 2);
  assert.deepEqual(seen, ['asked', 'ended']);
  await until(() => edge.logLines.some((line) => line.includes('"status":499')));
  assert.equal(edge.edge.unexpectedErrors(), 0);
});

test('a long poll is answered at once when the server stops', async () => {
  const seen: string[] = [];
  const edge = await loopbackEdge([poll(seen)]);
  const answer = edge.call('GET', '/_matrix/client/v3/sync');
  await until(() => seen.length === 1);
  const started = clock.monotonic();
  await edge.close();
  assert.deepEqual([(await answer).status, (await answer).json], [200, { next_batch: 's1' }]);
  assert.ok(clock.monotonic() - started < 2000);
});

test('a long poll that arrives while the server stops is answered at once', async () => {
  const edge = await loopbackEdge([poll([])]);
  edge.edge.stop();
  const started = clock.monotonic();
  assert.equal((await edge.call('GET', '/_matrix/client/v3/sync')).status, 200);
  assert.ok(clock.monotonic() - started < 2000);
  await edge.close();
});

test('R-15: a client that does not read its answer is cut; one that reads slowly is not', async (t) => {
  const size = 20_000_000;
  const big = route({
    method: 'GET',
    mount: 'client',
    path: '/big',
    operation: 'big',
    auth: 'none',
    rate: 'none',
    errors: [],
    handle: async () => ({ preparedJson: Buffer.alloc(size, 32) }),
  });
  const edge = await loopbackEdge([big], { stallMsMax: 1000 });
  t.after(() => edge.close());
  const head = 'GET /_matrix/client/v3/big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const lazy = connect(edge.port, '127.0.0.1', () => void lazy.write(head));
  lazy.pause();
  await until(() => edge.logLines.length === 1);
  lazy.destroy();

  const received = await new Promise<number>((resolve) => {
    let bytes = 0;
    const slow = connect(edge.port, '127.0.0.1', () => void slow.write(head));
    slow.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      slow.pause();
      clock.setTimer(bytes < 6_000_000 ? 20 : 0, () => slow.resume());
    });
    slow.on('close', () => resolve(bytes));
  });
  assert.ok(received > size);
});

test('R-15: an answer made while it is sent is made no faster than the client reads, and not at all for one that stalls', async (t) => {
  let made = 0;
  let failing = false;
  async function* parts(): AsyncGenerator<string> {
    for (let count = 0; count < 200; count += 1) {
      made += 1;
      if (failing && count === 100) throw new Error('on the way');
      yield 'x'.repeat(100_000);
    }
  }
  const streamed = route({
    method: 'GET',
    mount: 'client',
    path: '/streamed',
    operation: 'streamed',
    auth: 'none',
    rate: 'none',
    errors: [],
    handle: async () => ({ jsonParts: parts() }),
  });
  const edge = await loopbackEdge([streamed], { stallMsMax: 1000 });
  t.after(() => edge.close());
  const head = 'GET /_matrix/client/v3/streamed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const lazy = connect(edge.port, '127.0.0.1', () => void lazy.write(head));
  lazy.pause();
  await until(() => edge.logLines.length === 1);
  lazy.destroy();
  assert.ok(made < 200, `${made} parts were made for a client that reads nothing`);

  const whole = async (): Promise<string> => {
    let text = '';
    const reader = connect(edge.port, '127.0.0.1', () => void reader.write(head));
    for await (const chunk of reader) text += String(chunk);
    return text;
  };
  assert.ok((await whole()).endsWith('\r\n0\r\n\r\n'), 'the last chunk says that it is the last');
  assert.equal(edge.edge.unexpectedErrors(), 0);
  failing = true;
  assert.ok(!(await whole().catch(() => '')).endsWith('\r\n0\r\n\r\n'), 'what failed on the way is not passed off as whole');
  assert.equal(edge.edge.unexpectedErrors(), 1);
});

test('a client that hangs up in the middle of its body is no error of the server', async (t) => {
  const edge = await loopbackEdge([
    route({
      method: 'POST',
      mount: 'client',
      path: '/x',
      operation: 'x',
      auth: 'none',
      rate: 'none',
      errors: [],
      body: Type.Object({}),
      handle: async () => ({}),
    }),
  ]);
  t.after(() => edge.close());
  const socket = connect(edge.port, '127.0.0.1', () => {
    socket.write('POST /_matrix/client/v3/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"a":');
    setImmediate(() => socket.destroy());
  });
  await until(() => edge.logLines.some((line) => line.includes('"status":499')));
  assert.equal(edge.edge.unexpectedErrors(), 0);
});

test('N-11: a body that pauses or trickles for too long is 408', async (t) => {
  // The edge's own clock runs a thousand times as fast.
  const edge = await loopbackEdge(
    [
      route({
        method: 'POST',
        mount: 'client',
        path: '/x',
        operation: 'x',
        auth: 'none',
        rate: 'none',
        errors: [],
        body: Type.Object({}),
        handle: async () => ({}),
      }),
    ],
    {
      clock: {
        now: () => clock.now() * 1000,
        monotonic: () => clock.monotonic() * 1000,
        setTimer: (ms, run, options) => clock.setTimer(ms / 1000, run, options),
      },
    },
  );
  t.after(() => edge.close());
  const head = 'POST /_matrix/client/v3/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{';
  assert.match(await edge.raw(head, /did not arrive in time/), /^HTTP\/1\.1 408 /);
  const received = new Promise<string>((resolve) => {
    const trickle = (): void => {
      if (!socket.destroyed) socket.write(' ', () => clock.setTimer(5, trickle));
    };
    const socket = connect(edge.port, '127.0.0.1', () => void socket.write(head, trickle));
    socket.setEncoding('latin1').once('data', (chunk: string) => {
      socket.destroy();
      resolve(chunk);
    });
    socket.on('error', () => undefined);
  });
  assert.match(await received, /^HTTP\/1\.1 408 /);
});

test('N-11: more than 100 headers are 431, a second Host or Content-Type 400', async (t) => {
  const edge = await loopbackEdge([]);
  t.after(() => edge.close());
  const send = (headers: string) => edge.raw(`GET /_matrix/client/versions HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`);
  assert.match(await send(Array.from({ length: 99 }, (_, index) => `X-${index}: 1\r\n`).join('')), /^HTTP\/1\.1 431 /);
  assert.match(await send(Array.from({ length: 98 }, (_, index) => `X-${index}: 1\r\n`).join('')), /^HTTP\/1\.1 404 /);
  assert.match(await send('Host: b\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await send('Content-Type: a\r\nContent-Type: b\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await edge.raw('GET /\r\n\r\n'), /^(HTTP\/1\.1 400 |$)/);
});

test('N-17, LG-04, 43: token, password and message of a request are in no line of the log', async (t) => {
  const canary = 'c4n4ry';
  const edge = await loopbackEdge(
    [
      route({
        method: 'POST',
        mount: 'client',
        path: '/rooms/{roomId}/fail',
        operation: 'fail',
        auth: 'optional',
        rate: 'none',
        errors: [],
        body: Type.Object({ password: Type.String() }),
        handle: async ({ body }) => {
          throw new Error(`cannot use password=${body.password}`);
        },
      }),
    ],
    { lookupToken: () => ({ userId: '@alice:example.org', user: 1, deviceId: 'A', isGuest: false, isAdmin: false }) },
  );
  t.after(() => edge.close());
  const answers = [
    await edge.call('POST', `/_matrix/client/v3/rooms/!r:x/fail?access_token=${canary}1`, { body: { password: `${canary}2` } }),
    await edge.call('POST', '/_matrix/client/v3/rooms/!r:x/fail', {
      token: `${canary}3`,
      headers: { cookie: `${canary}4` },
      body: { password: `${canary}5` },
    }),
    await edge.call('POST', `/_matrix/client/v3/nope/${canary}6?access_token=${canary}7`, { body: `{"body":"${canary}8"` }),
    await edge.call('POST', '/_matrix/client/v3/rooms/!r:x/fail', { body: `{"password":"${canary}9` }),
  ];
  await until(() => edge.logLines.filter((line) => line.includes('"message":"request"')).length === answers.length);
  assert.equal(edge.logLines.join('').includes(canary), false, edge.logLines.join(''));
  assert.equal(
    answers.some(({ text }) => text.includes(canary)),
    false,
  );
  assert.match(edge.logLines.join(''), /"path":"\/_matrix\/client\/v3\/rooms\/\{roomId\}\/fail"/);
});

test('a request’s line says method, template, status, time, address, user and id; metrics count it by operation', async (t) => {
  const edge = await loopbackEdge(
    [
      route({
        method: 'GET',
        mount: 'client',
        path: '/rooms/{roomId}/x',
        operation: 'getX',
        auth: 'user',
        rate: 'none',
        errors: [],
        handle: async () => ({}),
      }),
    ],
    { trustedProxies: ['127.0.0.1'] },
  );
  t.after(() => edge.close());
  const answer = await edge.call('GET', '/_matrix/client/r0/rooms/!secret:x/x', {
    token: 'alice',
    headers: { 'x-forwarded-for': '198.51.100.7' },
  });
  await until(() => edge.logLines.length === 1);
  const { ms, time, ...line } = JSON.parse(edge.logLines[0] ?? '') as Record<string, unknown>;
  assert.deepEqual(line, {
    level: 'info',
    requestId: answer.headers['x-request-id'],
    method: 'GET',
    path: '/_matrix/client/r0/rooms/{roomId}/x',
    status: 200,
    ip: '198.51.100.7',
    user: '@alice:example.org',
    message: 'request',
  });
  assert.ok(typeof ms === 'number' && time !== undefined);
  assert.match(await edge.metrics.text(), /hearth_http_requests_total\{operation="getX",status="200"\} 1\n/);
});
