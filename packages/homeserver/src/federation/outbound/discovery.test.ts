import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createDiscovery } from './discovery.ts';
import { CacheBudget, createMetrics, OutboundError, type OutboundAnswer, type OutboundRequest } from '@hearth/kit';
import { seededRandom, TestClock, TestNetwork } from '@hearth/kit/testing';
import type { ServerName } from '@hearth/protocol';

type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A network in which only what the test says is there: well-known files by URL, records by name. */
function place() {
  const network = new TestNetwork();
  const clock = new TestClock();
  const files = new Map<string, Answer | OutboundError>();
  const asked: OutboundRequest[] = [];
  const outbound = {
    request: async (request: OutboundRequest): Promise<OutboundAnswer> => {
      asked.push(request);
      const port = request.to.port === 443 ? '' : `:${request.to.port}`;
      const file = files.get(`${request.to.host}${port}${request.path}`) ?? new OutboundError('unreachable', 'nobody is there');
      if (file instanceof OutboundError) throw file;
      return { status: file.status ?? 200, headers: new Map(Object.entries(file.headers ?? {})), bytes: Buffer.from(file.body ?? '') };
    },
  };
  const caches = new CacheBudget(1_000_000, clock, createMetrics());
  const discovery = createDiscovery({ network, outbound, clock, random: seededRandom(1), caches });
  const find = async (name: string): Promise<string> => {
    const { endpoints, hostHeader } = await discovery.find(name as ServerName);
    return `${endpoints.map(({ host, port, tlsName }) => `${host} ${port} ${tlsName}`).join(', ')} | ${hostHeader}`;
  };
  const wellKnown = (host: string, server: unknown, headers: Record<string, string> = {}): void => {
    files.set(`${host}/.well-known/matrix/server`, { body: JSON.stringify({ 'm.server': server }), headers });
  };
  return { network, clock, files, asked, find, wellKnown };
}

const service = (host: string, port: number) => ({ host, port, priority: 0, weight: 0 });

test('addresses and names with a port are where they say, and nobody is asked', async () => {
  const { find, asked, network } = place();
  assert.equal(await find('1.2.3.4'), '1.2.3.4 8448 1.2.3.4 | 1.2.3.4');
  assert.equal(await find('1.2.3.4:99'), '1.2.3.4 99 1.2.3.4 | 1.2.3.4:99');
  assert.equal(await find('[2a00::1]'), '2a00::1 8448 2a00::1 | [2a00::1]');
  assert.equal(await find('[2a00::1]:99'), '2a00::1 99 2a00::1 | [2a00::1]:99');
  assert.equal(await find('one.test:99'), 'one.test 99 one.test | one.test:99');
  assert.equal(asked.length + network.questions.length, 0);
});

test('a well-known file leads to an address, to a name with a port, to its services, or to the usual port', async () => {
  const { find, wellKnown, network } = place();
  wellKnown('a.test', '9.9.9.9');
  assert.equal(await find('a.test'), '9.9.9.9 8448 9.9.9.9 | 9.9.9.9');
  wellKnown('b.test', 'there.test:99');
  assert.equal(await find('b.test'), 'there.test 99 there.test | there.test:99');
  wellKnown('c.test', 'there.test');
  network.records.set('_matrix-fed._tcp.there.test', [service('host.there.test.', 7)]);
  assert.equal(await find('c.test'), 'host.there.test 7 there.test | there.test');
  wellKnown('d.test', 'elsewhere.test');
  assert.equal(await find('d.test'), 'elsewhere.test 8448 elsewhere.test | elsewhere.test');
});

test('without the file services are looked for, the new name before the old one, and then the usual port is taken', async () => {
  const { find, network } = place();
  network.records.set('_matrix._tcp.a.test', [service('old.test', 1)]);
  assert.equal(await find('a.test'), 'old.test 1 a.test | a.test');
  network.records.set('_matrix._tcp.b.test', [service('old.test', 1)]);
  network.records.set('_matrix-fed._tcp.b.test', [service('new.test', 2)]);
  assert.equal(await find('b.test'), 'new.test 2 b.test | b.test');
  assert.equal(await find('c.test'), 'c.test 8448 c.test | c.test');
});

test('a file does not lead on to a second file', async () => {
  const { find, wellKnown, asked } = place();
  wellKnown('a.test', 'b.test');
  wellKnown('b.test', 'c.test');
  assert.equal(await find('a.test'), 'b.test 8448 b.test | b.test');
  assert.equal(asked.length, 1);
});

test('what is no such file counts as none', async () => {
  for (const body of [
    '',
    'null',
    '[]',
    '{}',
    '{"m.server":1}',
    '{"m.server":""}',
    '{"m.server":"a b"}',
    '{"m.server":"http://x"}',
    '{"m.server":"x:port"}',
    '<html>',
  ]) {
    const { find, files } = place();
    files.set('a.test/.well-known/matrix/server', { body });
    assert.equal(await find('a.test'), 'a.test 8448 a.test | a.test', body);
  }
  for (const status of [201, 204, 400, 404, 500]) {
    const { find, files } = place();
    files.set('a.test/.well-known/matrix/server', { status, body: '{"m.server":"b.test"}' });
    assert.equal(await find('a.test'), 'a.test 8448 a.test | a.test', String(status));
  }
});

test('SS-02 redirects are followed a few times, over HTTPS only', async () => {
  const { find, files, asked } = place();
  files.set('a.test/.well-known/matrix/server', { status: 302, headers: { location: '/two' } });
  files.set('a.test/two', { status: 308, headers: { location: 'https://b.test:44/three?x' } });
  files.set('b.test:44/three?x', { body: '{"m.server":"c.test:5"}' });
  assert.equal(await find('a.test'), 'c.test 5 c.test | c.test:5');
  assert.deepEqual(
    asked.map(({ to, headers }) => `${to.tlsName} ${headers['host']}`),
    ['a.test a.test', 'a.test a.test', 'b.test b.test:44'],
  );
  for (const [index, location] of ['http://b.test/', 'https://u:p@b.test/', 'file:///etc/passwd', '//', undefined].entries()) {
    const name = `d${index}.test`;
    files.set(`${name}/.well-known/matrix/server`, { status: 302, headers: location === undefined ? {} : { location } });
    assert.equal(await find(name), `${name} 8448 ${name} | ${name}`);
  }
  assert.deepEqual(
    new Set(asked.slice(3).map(({ to, path }) => `${to.host.slice(0, 1)}${path}`)),
    new Set(['d/.well-known/matrix/server']),
  );
  files.set('e.test/.well-known/matrix/server', { status: 301, headers: { location: '/.well-known/matrix/server' } });
  const before = asked.length;
  assert.equal(await find('e.test'), 'e.test 8448 e.test | e.test');
  assert.equal(asked.length - before, 6);
});

test('SS-05 a file may have 50 KiB and all of it ten seconds', async () => {
  const { find, files, asked } = place();
  files.set('a.test/.well-known/matrix/server', new OutboundError('too-large', ''));
  await find('a.test');
  assert.equal(asked[0]?.bytesMax, 50 * 1024);
  assert.equal(asked[0]?.msMax, 10_000);
});

test('a file is kept for as long as it says, between five minutes and two days', async () => {
  const minute = 60_000;
  for (const [header, kept] of [
    [undefined, 24 * 60 * minute],
    ['max-age=3600', 60 * minute],
    ['public, MAX-AGE = "3600"', 60 * minute],
    ['max-age=1', 5 * minute],
    ['no-store', 5 * minute],
    ['max-age=99999999', 48 * 60 * minute],
    ['max-age=-1', 24 * 60 * minute],
    ['max-age=1e9', 24 * 60 * minute],
  ] as const) {
    const { find, wellKnown, asked, clock } = place();
    wellKnown('a.test', 'b.test:1', header === undefined ? {} : { 'cache-control': header });
    await find('a.test');
    clock.advance(kept - 1);
    await find('a.test');
    assert.equal(asked.length, 1, header ?? 'no header');
    clock.advance(1);
    await find('a.test');
    assert.equal(asked.length, 2, header ?? 'no header');
  }
});

test('a host that could not be reached is soon asked again, one without the file after an hour', async () => {
  const { find, files, asked, clock } = place();
  await find('a.test');
  clock.advance(2 * 60_000);
  files.set('a.test/.well-known/matrix/server', { status: 404 });
  await find('a.test');
  clock.advance(59 * 60_000);
  await find('a.test');
  assert.equal(asked.length, 2);
  clock.advance(60_000);
  await find('a.test');
  assert.equal(asked.length, 3);
});

test('many who ask at once cause one question', async () => {
  const { find, wellKnown, asked } = place();
  wellKnown('a.test', 'b.test:1');
  await Promise.all(Array.from({ length: 50 }, () => find('a.test')));
  assert.equal(asked.length, 1);
});

test('names that mean something else to a URL lead nowhere and break nothing', async () => {
  const { find, asked } = place();
  for (const name of ['999.999.999.999', '0x7f.1', 'a..b', '-', '.', '1.2.3']) assert.match(await find(name), / 8448 /);
  assert.ok(asked.every(({ to }) => to.port === 443));
});
