import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';

import { createTestClient, type HearthProcess, type Session, temporaryHome } from '@hearth/testkit';

type Home = Awaited<ReturnType<typeof temporaryHome>>;

let home: Home;
let session: Session;
const registration = { HEARTH_REGISTRATION: 'open' };
before(async () => {
  home = await temporaryHome();
  const hearth = home.start(registration);
  const client = createTestClient({ baseUrl: await hearth.baseUrl() });
  session = await client.register('alice', 'alice has a password');
  await client.close();
  await hearth.stop();
});
after(() => home.end());

async function started(): Promise<{ hearth: HearthProcess; baseUrl: string }> {
  const hearth = home.start(registration);
  return { hearth, baseUrl: await hearth.baseUrl() };
}

test('without accounts the greeting has the setup link, with accounts it has none', async (t) => {
  const fresh = await temporaryHome();
  t.after(() => fresh.end());
  const empty = fresh.start();
  const baseUrl = await empty.baseUrl();
  const [, link = ''] = await empty.says(/^ {4}(\S+)$/m);
  assert.ok(link.startsWith(`${baseUrl.replace('127.0.0.1', 'localhost')}/setup?token=`), link);
  await empty.stop();
  const { hearth } = await started();
  assert.doesNotMatch(hearth.stdout, /setup/);
  await hearth.stop();
});

test('SIGTERM once ends with 0 and says so', async () => {
  const { hearth } = await started();
  await hearth.stop();
  assert.match(hearth.stdout, /"signal":"SIGTERM".*the server stops/);
  assert.match(hearth.stdout, /the server has stopped/);
});

test('SIGTERM many times, with SIGINT in between, ends with 0', async () => {
  const { hearth } = await started();
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT', 'SIGTERM', 'SIGINT'] as const) hearth.kill(signal);
  assert.deepEqual(await hearth.ended(), { code: 0, signal: null }, hearth.stderr);
});

test('Ctrl-C ends with 0', async () => {
  const { hearth } = await started();
  hearth.kill('SIGINT');
  assert.deepEqual(await hearth.ended(), { code: 0, signal: null }, hearth.stderr);
});

test('SIGTERM lets a request under way finish, answers long polls at once and takes no new connections', async () => {
  const { hearth, baseUrl } = await started();
  const client = createTestClient({ baseUrl, token: session.token });
  const { next_batch: since } = await client.ok('GET', '/_matrix/client/v3/sync');
  const poll = client.ok('GET', '/_matrix/client/v3/sync', { query: { since, timeout: 60_000 } });
  // Half of a request is on its way when the signal comes.
  const url = new URL(baseUrl);
  const socket = connect(Number(url.port), url.hostname);
  const body = JSON.stringify({ displayname: 'Alice the last' });
  const path = `/_matrix/client/v3/profile/${encodeURIComponent(session.userId)}/displayname`;
  const head = `PUT ${path} HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: Bearer ${session.token}\r\nContent-Length: ${body.length}\r\n\r\n`;
  await written(socket, head + body.slice(0, 5));
  // The server has read it: what it answers to another request on another connection comes later.
  await client.ok('GET', '/_matrix/client/versions');
  hearth.kill('SIGTERM');
  await hearth.says(/the server stops/);
  // An impatient operator changes nothing.
  hearth.kill('SIGTERM');
  hearth.kill('SIGINT');
  await poll;
  await refusesConnections(url);
  const answer = once(socket, 'data');
  socket.write(body.slice(5));
  assert.match(String((await answer)[0]), /^HTTP\/1\.1 200 /);
  assert.deepEqual(await hearth.ended(), { code: 0, signal: null }, hearth.stderr);
  await client.close();

  const { hearth: again, baseUrl: later } = await started();
  const reader = createTestClient({ baseUrl: later, token: session.token });
  assert.deepEqual(await reader.ok('GET', path), { displayname: 'Alice the last' });
  await reader.close();
  await again.stop();
});

test('after kill -9 in the middle of work it starts again on the same data', async () => {
  const { hearth, baseUrl } = await started();
  const client = createTestClient({ baseUrl, token: session.token });
  const roomId = await client.createRoom();
  const last = await client.sendText(roomId, 'before the end');
  const unanswered = Array.from({ length: 20 }, () => client.sendText(roomId, 'too late').catch(() => undefined));
  hearth.kill('SIGKILL');
  await Promise.all([...unanswered, hearth.ended(), client.close()]);
  const { hearth: again, baseUrl: later } = await started();
  const reader = createTestClient({ baseUrl: later, token: session.token });
  assert.equal((await reader.event(roomId, last)).content.body, 'before the end');
  await reader.close();
  await again.stop();
});

test('a port that is taken is one clear line and exit code 1', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const hearth = home.start({ HEARTH_LISTEN: `127.0.0.1:${port}` });
  assert.deepEqual(await hearth.ended(), { code: 1, signal: null });
  assert.match(
    hearth.stderr,
    new RegExp(`^hearth: the server could not start: 127\\.0\\.0\\.1:${port} is in use by another program\\..*HEARTH_LISTEN.*\\n$`),
  );
  assert.equal(hearth.stdout, '');
});

test('a second server on the same SQLite file is one clear line and exit code 1, and does not hurt the first', async () => {
  const { hearth, baseUrl } = await started();
  const second = home.start();
  assert.deepEqual(await second.ended(), { code: 1, signal: null });
  assert.match(second.stderr, /^hearth: the server could not start: The database .* is in use by another Hearth process\..*\n$/);
  const client = createTestClient({ baseUrl, token: session.token });
  await client.whoami();
  await client.close();
  await hearth.stop();
});

test('a wrong setting stops the start with exit code 2, its place and the nearest name', async () => {
  const hearth = home.start({ HEARTH_REGISTRATON: 'open' });
  assert.deepEqual(await hearth.ended(), { code: 2, signal: null });
  assert.equal(hearth.stderr, 'HEARTH_REGISTRATON: unknown environment variable. Did you mean HEARTH_REGISTRATION?\n');
  assert.equal(hearth.stdout, '');
});

test('a database that cannot be reached is one clear line and exit code 1', async () => {
  const hearth = home.start({ HEARTH_DATABASE: 'postgres://hearth:hunter2@127.0.0.1:1/hearth' });
  assert.deepEqual(await hearth.ended(), { code: 1, signal: null });
  assert.match(hearth.stderr, /^hearth: the server could not start: .*\n$/);
  assert.doesNotMatch(hearth.stderr + hearth.stdout, /hunter2/);
});

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => socket.write(text, (error) => (error ? reject(error) : resolve())));
}

/** The listener closes just after the signal was noted; a connection that was quicker is cut. */
async function refusesConnections({ hostname, port }: URL): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(Number(port), hostname);
    const [outcome] = await Promise.race([once(socket, 'error'), once(socket, 'connect').then(() => ['connected'])]).catch(
      (error: unknown) => [error],
    );
    socket.destroy();
    if (outcome !== 'connected') return;
  }
  assert.fail('the server still takes connections');
}
