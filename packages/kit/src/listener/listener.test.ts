import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ServerResponse, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';

import { type Clock, sleep, systemClock } from '../clock.ts';
import { silentLog } from '../log/log.ts';
import { testCertificate } from '../testing/certificate.ts';
import { formatAddress, parseListenAddress } from './address.ts';
import { defaultLimits } from './limits.ts';
import { type Listener, type ListenerOptions, startListener } from './listener.ts';

const clock = systemClock();
const loopback = { host: '127.0.0.1', port: 0 };
const hello = (_request: unknown, response: ServerResponse): void => void response.end('hello');

async function start(t: TestContext, options: Partial<ListenerOptions> = {}): Promise<Listener & { port: number }> {
  const listener = await startListener({ addresses: [loopback], handle: hello, clock, log: silentLog(), ...options });
  t.after(() => listener.stop());
  return { ...listener, port: listener.addresses[0]?.port ?? 0 };
}

/** Opens a connection, writes, and collects what comes until the other side closes. */
function talk(port: number, text: string): { socket: Socket; received: Promise<string> } {
  const socket = connect(port, '127.0.0.1', () => void socket.write(text, 'latin1'));
  const received = new Promise<string>((resolve) => {
    let all = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
    socket.on('error', () => undefined).on('close', () => resolve(all));
  });
  return { socket, received };
}

const get = 'GET / HTTP/1.1\r\nHost: a\r\n';

test('addresses are host:port, with brackets for IPv6 and a star for all', () => {
  assert.deepEqual(parseListenAddress('127.0.0.1:8008'), { host: '127.0.0.1', port: 8008 });
  assert.deepEqual(parseListenAddress('[::1]:0'), { host: '::1', port: 0 });
  assert.deepEqual(parseListenAddress('*:443'), { host: '::', port: 443 });
  assert.deepEqual(parseListenAddress('localhost:80'), { host: 'localhost', port: 80 });
  for (const wrong of ['8008', ':8008', 'a:b', 'a:65536', '::1:80', 'a b:80', ''])
    assert.equal(parseListenAddress(wrong), undefined, wrong);
  assert.equal(formatAddress({ host: '::1', port: 1 }), '[::1]:1');
});

test('it listens on several addresses and reports where; a taken one fails the start and frees the others', async (t) => {
  const one = await start(t, { addresses: [loopback, loopback] });
  assert.equal(one.addresses.length, 2);
  assert.ok(one.urls.every((url) => /^http:\/\/127\.0\.0\.1:\d+$/.test(url)));
  await assert.rejects(
    startListener({ addresses: [loopback, one.addresses[0] ?? loopback], handle: hello, clock, log: silentLog() }),
    /EADDRINUSE/,
  );
});

test('N-11: a head over its bound, 16 KB unless said otherwise, is 431 with a JSON error', async (t) => {
  const small = await start(t, { limits: { headBytesMax: 4096 } });
  assert.match(await talk(small.port, `${get}X: ${'x'.repeat(5000)}\r\n\r\n`).received, /^HTTP\/1\.1 431 /);
  const { port } = await start(t, { malformedHeaders: { 'Access-Control-Allow-Origin': '*' } });
  for (const text of [`${get}X: ${'x'.repeat(17_000)}\r\n\r\n`, `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`]) {
    const answer = await talk(port, text).received;
    assert.match(answer, /^HTTP\/1\.1 431 /);
    assert.match(answer, /Access-Control-Allow-Origin: \*\r\n/);
    assert.match(answer, /\{"errcode":"M_UNKNOWN","error":"[^"]+"\}$/);
  }
});

test('N-11: a head that does not end is cut after its time with 408', async (t) => {
  const { port } = await start(t, { limits: { headMsMax: 100, requestMsMax: 60_000, checkEveryMs: 20 } });
  const started = clock.monotonic();
  assert.match(await talk(port, get).received, /^HTTP\/1\.1 408 /);
  assert.ok(clock.monotonic() - started < 2000);
});

test('N-11: a body that does not end is cut after the request’s time', async (t) => {
  const { port } = await start(t, { handle: () => undefined, limits: { headMsMax: 100, requestMsMax: 200, checkEveryMs: 20 } });
  assert.match(await talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx').received, /^HTTP\/1\.1 408 /);
});

test('N-11: a connection carries so many requests and no more, and does not idle for ever', async (t) => {
  const { port } = await start(t, { limits: { requestsPerConnectionMax: 2, idleMsMax: 100 } });
  const twice = await talk(port, `${get}\r\n${get}\r\n${get}\r\n`).received;
  assert.equal(twice.split('hello').length - 1, 2);
  assert.match(twice, /Connection: close/);
  assert.match(await talk(port, `${get}\r\n`).received, /hello$/, 'closed by the idle limit');
});

test('N-11: connections from one address are capped; loopback and trusted proxies are not', async () => {
  const { countConnections, loopbackNetworks } = await import('./connection-count.ts');
  const { EventEmitter } = await import('node:events');
  const open = (remoteAddress: string): { destroyed: boolean; emit: (name: string) => void } => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress, destroyed: false, destroy: () => (socket.destroyed = true) });
    count(socket as never);
    return socket as never;
  };
  const count = countConnections(2, [...loopbackNetworks, '10.0.0.0/8']);
  const [first, second, third] = [open('203.0.113.1'), open('::ffff:203.0.113.1'), open('203.0.113.1')];
  assert.deepEqual([first.destroyed, second.destroyed, third.destroyed], [false, false, true]);
  assert.equal(open('203.0.113.2').destroyed, false);
  first.emit('close');
  assert.equal(open('203.0.113.1').destroyed, false);
  assert.deepEqual(
    ['2001:db8::1', '2001:db8::2', '2001:db8::3'].map((address) => open(address).destroyed),
    [false, false, true],
  );
  assert.ok(Array.from({ length: 10 }, () => open('127.0.0.1')).every(({ destroyed }) => !destroyed));
  assert.ok(Array.from({ length: 10 }, () => open('10.1.2.3')).every(({ destroyed }) => !destroyed));
});

test('N-11: the listener counts connections, of one address and of all', async (t) => {
  const counted = [
    { limits: { connectionsPerAddressMax: 1 }, countsLoopback: true },
    { limits: { connectionsMax: 1 } },
    { limits: { connectionsPerAddressMax: 1 }, open: true },
    { limits: { connectionsPerAddressMax: 1 }, countsLoopback: true, trustedProxies: ['127.0.0.1'], open: true },
  ];
  for (const { open = false, ...options } of counted) {
    const { port } = await start(t, options);
    const first = talk(port, `${get}\r\n`);
    await once(first.socket, 'data');
    const second = talk(port, `${get}Connection: close\r\n\r\n`);
    assert.equal((await second.received).includes('hello'), open);
    first.socket.destroy();
  }
});

test('N-11: the bounds that hold unless somebody sets others', () => {
  const { headBytesMax, headMsMax, checkEveryMs, requestsPerConnectionMax, connectionsPerAddressMax } = defaultLimits;
  assert.deepEqual([headBytesMax, headMsMax, checkEveryMs], [16 * 1024, 10_000, 5_000]);
  assert.ok(requestsPerConnectionMax <= 10_000 && connectionsPerAddressMax <= 256);
});

test('N-10: requests that two servers could read differently are refused and end the connection', async (t) => {
  const targets: string[] = [];
  const { port } = await start(t, {
    handle: (req, response) => {
      targets.push(req.url ?? '');
      req.resume();
      response.end('handled');
    },
  });
  const vectors: Record<string, string> = {
    'both lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'both lengths, other order': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
    'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    'list of lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello',
    'signed length': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello',
    'hexadecimal length': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello',
    'empty length': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\nhello',
    'chunked not last': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'twice chunked': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, xchunked\r\n\r\n0\r\n\r\n',
    'space before the colon': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    'folded header': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
    'bare CR in a header': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n',
    'bare LF after a header': 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n',
    'bare LF at the end': 'GET / HTTP/1.1\r\nHost: a\r\n\n',
    'NUL in a header': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n',
    'bad chunk size': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n',
    'chunk size with space': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n',
    'chunk with bare LF': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n',
    'chunk size overflow': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n',
    'space in the target': 'GET / x HTTP/1.1\r\nHost: a\r\n\r\n',
    'version 3': 'GET / HTTP/3.0\r\nHost: a\r\n\r\n',
    'unknown method': 'GETT / HTTP/1.1\r\nHost: a\r\n\r\n',
  };
  for (const [name, vector] of Object.entries(vectors)) {
    targets.length = 0;
    // What is wrong with the head is refused before the handler; what is wrong with the body ends the connection. Either way the
    // second request, which stands behind it, is never answered.
    const answer = await talk(port, `${vector}GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`).received;
    assert.equal(targets.length, /chunk/.test(name) && !/^(chunked|twice)/.test(name) ? 1 : 0, `${name}: ${answer}`);
    assert.match(answer, /HTTP\/1\.1 4\d\d /, name);
    assert.equal(targets.includes('/smuggled'), false, name);
  }
});

test('stopping closes idle connections at once, lets a request finish, and takes no new one', async () => {
  let finish: (() => void) | undefined;
  const listener = await startListener({
    addresses: [loopback],
    clock,
    log: silentLog(),
    handle: (_request, response) => {
      finish = () => response.end('done');
    },
  });
  const port = listener.addresses[0]?.port ?? 0;
  const idle = talk(port, '');
  const busy = talk(port, `${get}\r\n`);
  while (finish === undefined) await sleep(clock, 5);
  const stopped = listener.stop();
  assert.equal(listener.stop(), stopped);
  assert.equal(await idle.received, '');
  await assert.rejects(
    new Promise((resolve, reject) => request({ port, host: '127.0.0.1' }, resolve).on('error', reject).end()),
    /ECONNREFUSED/,
  );
  finish();
  assert.match(await busy.received, /done$/);
  await stopped;
});

test('a connection whose answer had begun before the stop is closed when the answer is complete', async () => {
  let finish: (() => void) | undefined;
  const listener = await startListener({
    addresses: [loopback],
    clock,
    log: silentLog(),
    handle: (_request, response) => {
      response.writeHead(200, { 'Content-Length': 4 });
      response.write('do');
      finish = () => response.end('ne');
    },
  });
  const busy = talk(listener.addresses[0]?.port ?? 0, `${get}\r\n`);
  while (finish === undefined) await sleep(clock, 5);
  const started = clock.monotonic();
  const stopped = listener.stop();
  await sleep(clock, 20);
  finish();
  assert.match(await busy.received, /done$/);
  await stopped;
  assert.ok(clock.monotonic() - started < 2000);
});

test('stopping cuts what does not finish in its time', async () => {
  const listener = await startListener({
    addresses: [loopback],
    clock,
    log: silentLog(),
    handle: () => undefined,
    limits: { drainMsMax: 100 },
  });
  const stuck = talk(listener.addresses[0]?.port ?? 0, `${get}\r\n`);
  await sleep(clock, 50);
  const started = clock.monotonic();
  await listener.stop();
  await stuck.received;
  assert.ok(clock.monotonic() - started < 1000);
});

test('TLS speaks HTTP/1.1 with TLS 1.2 and later, and takes up a new certificate while the old one stays on errors', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-tls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const write = (name: string): void => {
    const made = testCertificate({ names: [name, '127.0.0.1'] });
    writeFileSync(files.cert, made.cert);
    writeFileSync(files.key, made.key);
  };
  write('one.example');
  const errors: string[] = [];
  const log = { ...silentLog(), error: (message: string) => void errors.push(message) };
  // Time that passes a hundred times as fast, so that the half second of settling is over at once.
  const fast: Clock = { ...clock, setTimer: (ms, run, options) => clock.setTimer(ms / 100, run, options) };
  const { port, urls } = await start(t, { tls: files, log, clock: fast });
  assert.match(urls[0] ?? '', /^https:/);
  assert.equal(await commonName(port), 'one.example');

  writeFileSync(files.key, testCertificate({ names: ['x'] }).key);
  await until(() => errors.length > 0);
  assert.match(errors[0] ?? '', /the old one stays/);
  assert.equal(await commonName(port), 'one.example');

  write('two.example');
  await until(async () => (await commonName(port)) === 'two.example');
  assert.equal(await body(port), 'hello');
});

test('a listener whose certificate and key do not belong together does not start', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-tls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  writeFileSync(files.cert, testCertificate({ names: ['a'] }).cert);
  writeFileSync(files.key, testCertificate({ names: ['b'] }).key);
  await assert.rejects(
    startListener({ addresses: [loopback], tls: files, handle: hello, clock, log: silentLog() }),
    /is not the private key of/,
  );
});

test('a listener whose certificate is none names the file', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-tls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const { cert, key } = testCertificate({ names: ['a'] });
  for (const [name, texts] of [
    ['cert.pem', ['no certificate', key]],
    ['key.pem', [cert, 'no key']],
  ] as const) {
    const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
    writeFileSync(files.cert, texts[0]);
    writeFileSync(files.key, texts[1]);
    const started = startListener({ addresses: [loopback], tls: files, handle: hello, clock, log: silentLog() });
    await assert.rejects(started, new RegExp(`${name}: it holds no .* in PEM form`));
  }
});

function commonName(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] }, () => {
      assert.equal(socket.alpnProtocol, 'http/1.1');
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function body(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    tlsRequest({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await sleep(clock, 20);
  }
  assert.fail('it did not happen within four seconds');
}
