import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';

import { TestClock, TestNetwork, testCertificate } from '../testing/index.ts';
import { OutboundError } from './outbound-error.ts';
import { Outbound, type OutboundOptions, type OutboundRequest } from './outbound.ts';

const authority = testCertificate({ names: ['the authority'], authority: true });
const certificate = testCertificate({ names: ['one.test', '192.0.2.9'], issuer: authority });

type Handler = Parameters<typeof createServer>[1];

/** one.test at 198.51.100.1 (a closed address), served by `handler`. */
async function place(t: TestContext, handler: Handler, more: Partial<OutboundOptions> = {}) {
  const server = createServer({ cert: certificate.cert, key: certificate.key }, handler);
  let connections = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  const port = await listening(server);
  const network = new TestNetwork();
  network.names.set('one.test', ['198.51.100.1']);
  network.ports.set('198.51.100.1 8448', port);
  network.ports.set('192.0.2.9 8448', port);
  const clock = new TestClock();
  const outbound = new Outbound({ network, clock, allowPrivate: true, allowedNetworks: [], authorities: [authority.cert], ...more });
  t.after(async () => {
    await outbound.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { outbound, network, clock, connections: () => connections, server };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

const to = { host: 'one.test', port: 8448, tlsName: 'one.test' };
const get: OutboundRequest = { to, method: 'GET', path: '/p?q=1', headers: { host: 'one.test' }, bytesMax: 1000, msMax: 10_000 };
const failsAs = (why: string) => (error: unknown) => error instanceof OutboundError && (assert.equal(error.why, why, error.message), true);

test('a request arrives as it was made, its answer comes back, and connections are used again', async (t) => {
  const seen: string[] = [];
  const { outbound, connections } = await place(t, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push(
        `${request.method} ${request.url} ${request.headers.host} ${String(request.headers['x-a'])} ${Buffer.concat(parts).toString()}`,
      );
      response.writeHead(404, { 'X-Answer': 'yes' }).end('nothing');
    });
  });
  for (let count = 0; count < 10; count += 1) {
    const answer = await outbound.request({ ...get, method: 'PUT', headers: { host: 'one.test', 'x-a': 'b' }, body: '{}' });
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get('x-answer'), 'yes');
    assert.equal(Buffer.from(answer.bytes).toString(), 'nothing');
  }
  assert.deepEqual(new Set(seen), new Set(['PUT /p?q=1 one.test b {}']));
  // A request that follows at once may find the first connection not yet told to be free.
  assert.ok(connections() <= 2, `${connections()} connections for 10 requests`);
});

test('SS-01 closed addresses are not connected to, whether a name leads there or a literal says so', async (t) => {
  const { outbound, network } = await place(t, (_request, response) => response.end(), { allowPrivate: false });
  network.names.set('many.test', ['127.0.0.1', '::1', '::ffff:10.0.0.1', '169.254.169.254', '64:ff9b::7f00:1', '2002:7f00:1::']);
  for (const host of ['one.test', 'many.test', '127.0.0.1', '::1', '::ffff:127.0.0.1', '192.168.1.1', '0.0.0.0']) {
    await assert.rejects(outbound.request({ ...get, to: { ...to, host } }), failsAs('refused-address'), host);
  }
  assert.deepEqual(network.connects, []);
});

test('SS-02 a name that first led outside and then inside is refused when it is connected to', async (t) => {
  const { outbound, network } = await place(t, (_request, response) => response.end(), { allowPrivate: false });
  network.names.set('one.test', ['8.8.8.8']);
  network.ports.set('8.8.8.8 8448', network.ports.get('198.51.100.1 8448') ?? 0);
  assert.equal((await outbound.request({ ...get, headers: { host: 'one.test', connection: 'close' } })).status, 200);
  network.names.set('one.test', ['127.0.0.1']);
  await assert.rejects(outbound.request({ ...get, headers: { host: 'again' } }), failsAs('refused-address'));
  assert.deepEqual(network.connects, ['8.8.8.8 8448']);
});

test('networks that the operator names are reached, others stay closed', async (t) => {
  const { outbound, network } = await place(t, (_request, response) => response.end(), {
    allowPrivate: false,
    allowedNetworks: ['198.51.100.0/24'],
  });
  assert.equal((await outbound.request(get)).status, 200);
  network.names.set('two.test', ['198.51.101.1', '10.0.0.1']);
  await assert.rejects(outbound.request({ ...get, to: { ...to, host: 'two.test' } }));
  assert.ok(!network.connects.includes('10.0.0.1 8448'));
});

test('whoever answers must prove the name that was asked for, or the address', async (t) => {
  const { outbound } = await place(t, (_request, response) => response.end());
  await assert.rejects(outbound.request({ ...get, to: { ...to, tlsName: 'two.test' } }), failsAs('certificate'));
  const literal = { host: '192.0.2.9', port: 8448, tlsName: '192.0.2.9' };
  assert.equal((await outbound.request({ ...get, to: literal })).status, 200);
  await assert.rejects(outbound.request({ ...get, to: { ...to, tlsName: '198.51.100.1' } }), failsAs('certificate'));
});

test('a certificate of an authority that nobody trusts is refused', async (t) => {
  const { outbound } = await place(t, (_request, response) => response.end(), { authorities: [] });
  await assert.rejects(outbound.request(get), failsAs('certificate'));
});

test('the second address is tried when nobody is at the first; a name without addresses is unreachable', async (t) => {
  const { outbound, network } = await place(t, (_request, response) => response.end());
  network.names.set('one.test', ['198.51.100.200', '198.51.100.1']);
  assert.equal((await outbound.request(get)).status, 200);
  await assert.rejects(outbound.request({ ...get, to: { ...to, host: 'none.test' } }), failsAs('unreachable'));
  // Servers may have names that no URL takes.
  for (const name of ['9007199254740991', '1.2.3', 'a..b', '999.999.999.999', '-']) {
    await assert.rejects(
      outbound.request({ ...get, to: { host: name, port: 1, tlsName: name }, headers: { host: name } }),
      failsAs('unreachable'),
      name,
    );
  }
});

test('redirects are answers and nothing else', async (t) => {
  const { outbound, network } = await place(t, (_request, response) => response.writeHead(302, { Location: 'https://127.0.0.1/' }).end());
  assert.equal((await outbound.request(get)).status, 302);
  assert.equal(network.connects.length, 1);
});

test('SS-07 an answer of more bytes than wanted is cut, whether it says so or not', async (t) => {
  const { outbound } = await place(t, (request, response) => {
    if (request.url === '/declared') response.writeHead(200, { 'Content-Length': 5_000_000_000 });
    const part = Buffer.alloc(64 * 1024);
    const more = (): void => {
      while (!response.destroyed && response.write(part));
    };
    response.on('drain', more).on('error', () => undefined);
    more();
  });
  for (const path of ['/declared', '/endless']) await assert.rejects(outbound.request({ ...get, path }), failsAs('too-large'), path);
});

test('SS-05 an answer that drips or never comes ends at its time, and so does one that nobody wants any more', async (t) => {
  const { outbound, clock } = await place(t, (request, response) => {
    if (request.url === '/drip') response.write('a');
  });
  for (const path of ['/drip', '/silent']) {
    const asked = outbound.request({ ...get, path });
    const refused = assert.rejects(asked, failsAs('timeout'), path);
    // The head of the dripping answer must be on its way before time goes on.
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advanceSettling(10_000);
    await refused;
  }
  const gone = new AbortController();
  const asked = assert.rejects(outbound.request({ ...get, path: '/silent', signal: gone.signal }), failsAs('stopped'));
  gone.abort();
  await asked;
  await assert.rejects(outbound.request({ ...get, signal: gone.signal }), failsAs('stopped'));
});

test('MD-21 compressed answers are refused before anything is unpacked', async (t) => {
  const { outbound } = await place(t, (_request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x'));
  await assert.rejects(outbound.request(get), failsAs('malformed'));
});

test('what is no HTTP is no answer', async (t) => {
  const { outbound, server } = await place(t, () => undefined);
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: Socket) => void socket.end('SSH-2.0-OpenSSH\r\n\r\n'));
  await assert.rejects(outbound.request(get), failsAs('malformed'));
});

test('a port that takes connections and says nothing is given up', async (t) => {
  const { outbound, network, clock } = await place(t, () => undefined);
  const silent = createTcpServer();
  const sockets: Socket[] = [];
  silent.on('connection', (socket) => sockets.push(socket.on('error', () => undefined)));
  network.ports.set('198.51.100.1 8448', await listening(silent));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const refused = assert.rejects(outbound.request({ ...get, msMax: 60_000 }), failsAs('timeout'));
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advanceSettling(8_000);
  await refused;
});

test('a connection that the other side closed meanwhile is replaced, but nothing is posted twice', async (t) => {
  const { outbound, server } = await place(t, (_request, response) => response.end());
  let cut = true;
  server.removeAllListeners('request');
  let requests = 0;
  server.on('request', (request, response) => {
    requests += 1;
    if (cut) request.socket.destroy();
    else response.end();
    cut = false;
  });
  assert.equal((await outbound.request(get)).status, 200);
  assert.equal(requests, 2);
  cut = true;
  await assert.rejects(outbound.request({ ...get, method: 'POST', body: '' }), failsAs('unreachable'));
  assert.equal(requests, 3);
});

test('to one host only so many requests are under way at once', async (t) => {
  const { outbound } = await place(t, () => undefined);
  const gone = new AbortController();
  const under = Array.from({ length: 200 }, () => outbound.request({ ...get, signal: gone.signal }).catch(() => 'ended'));
  await assert.rejects(outbound.request(get), failsAs('busy'));
  gone.abort();
  assert.deepEqual(new Set(await Promise.all(under)), new Set(['ended']));
});
