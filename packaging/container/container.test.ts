import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { buildImage } from './build-image.ts';
import { ask, findEngine } from './engine.ts';
import { digits, sleep, systemClock, systemRandom } from '@hearth/kit';
import { testCertificate } from '@hearth/kit/testing';

const engine = findEngine() ?? '';
const run = systemRandom().text(12, digits);
const image = `hearth-test:${run}`;
const volume = `hearth-test-${run}`;
const containers: string[] = [];
const authority = testCertificate({ names: ['Authority of tests'], authority: true });
/** Half a second each: a minute for a machine that is busy with other tests. */
const attemptsMax = 120;
const atMost = { timeout: 240_000 };
let folder = '';

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-container-'));
  // The server's user in the container is nobody on this machine.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'ca.crt'), authority.cert);
  writeFileSync(join(folder, 'ca.key'), authority.key, { mode: 0o644 });
  await buildImage(engine, process.cwd(), process.execPath, image);
}, atMost);
after(() => {
  for (const container of containers) ask(engine, 'rm', '--force', container);
  ask(engine, 'volume', 'rm', '--force', volume);
  ask(engine, 'rmi', '--force', image);
  rmSync(folder, { recursive: true, force: true });
}, atMost);

/** Starts a container, and waits until it answers. */
async function start(...args: readonly string[]): Promise<{ readonly container: string; readonly plain: string; readonly tls: string }> {
  const ports = ['--publish', '127.0.0.1::8008', '--publish', '127.0.0.1::8448'];
  const container = ask(engine, 'run', '--detach', '--volume', `${volume}:/data`, ...ports, ...args);
  containers.push(container);
  const plain = `http://${ask(engine, 'port', container, '8008')}`;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await call('GET', `${plain}/_matrix/client/versions`).catch(() => undefined);
    if (answer?.status === 200) break;
    if (attempt === attemptsMax) assert.fail(`the container does not answer: ${logsOf(container)}`);
    await sleep(systemClock(), 500);
  }
  return { container, plain, tls: `https://${ask(engine, 'port', container, '8448')}` };
}

function logsOf(container: string): string {
  const { stdout, stderr } = spawnSync(engine, ['logs', container], { encoding: 'utf8' });
  return stdout + stderr;
}

type Answer = { readonly status: number | undefined; readonly body: Record<string, unknown> };

function call(method: string, url: string, options: { readonly body?: object; readonly token?: string } = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  // The address is this machine's, and the certificate is for the server's name.
  const sent = url.startsWith('https:')
    ? overHttps(url, { method, headers, ca: authority.cert, servername: 'hs1' })
    : overHttp(url, { method, headers });
  sent.on('error', reject).on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => (text += part));
    response.on('end', () =>
      resolve({ status: response.statusCode, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} }),
    );
  });
  sent.end(options.body === undefined || Buffer.isBuffer(options.body) ? options.body : JSON.stringify(options.body));
  return promise;
}

/** One black pixel. */
const tinyPng = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64');

const authorityFiles = { TLS_CA_CERT: '/ca/ca.crt', TLS_CA_KEY: '/ca/ca.key' };
const environment = (variables: Readonly<Record<string, string>>): string[] =>
  Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

test(
  'a container serves under its name, plainly and with a certificate that its authority signed, and keeps what it is told',
  atMost,
  async () => {
    const settings = environment({ ...authorityFiles, SERVER_NAME: 'hs1', HEARTH_REGISTRATION: 'open' });
    const first = await start('--volume', `${folder}:/ca:ro`, ...settings, image);
    const body = { username: 'alice', password: 'password of alice', auth: { type: 'm.login.dummy' } };
    const { user_id: userId, access_token: token } = (await call('POST', `${first.tls}/_matrix/client/v3/register`, { body })).body;
    assert.equal(userId, '@alice:hs1');
    const uploaded = await call('POST', `${first.plain}/_matrix/media/v3/upload`, { body: tinyPng, token: String(token) });
    const content = String(uploaded.body['content_uri']).slice('mxc://'.length);
    const thumbnail = `${first.plain}/_matrix/client/v1/media/thumbnail/${content}?width=32&height=32`;
    assert.equal((await call('GET', thumbnail, { token: String(token) })).status, 200);
    ask(engine, 'stop', first.container);
    assert.equal(ask(engine, 'inspect', '--format', '{{.State.ExitCode}}', first.container), '0');
    const second = await start('--volume', `${folder}:/ca:ro`, ...settings, image);
    const known = await call('GET', `${second.plain}/_matrix/client/v3/account/whoami`, { token: String(token) });
    assert.deepEqual([known.status, known.body['user_id']], [200, '@alice:hs1']);
  },
);

test('a container runs the program’s commands, and says what it lacks', atMost, () => {
  assert.match(ask(engine, 'run', '--rm', image, '--version'), /^\d+\.\d+\.\d+/);
  assert.match(ask(engine, 'run', '--rm', image, 'config', 'print'), /data_dir: \/data/);
  const refused = (variables: Readonly<Record<string, string>>): string => ask(engine, 'run', '--rm', ...environment(variables), image);
  assert.throws(() => refused({ TLS_CA_CERT: '/ca/ca.crt' }), /TLS_CA_CERT and TLS_CA_KEY go together/);
  assert.throws(() => refused(authorityFiles), /set SERVER_NAME/);
  assert.throws(() => refused({ ...authorityFiles, SERVER_NAME: 'hs1' }), /TLS_CA_CERT: .*ca\.crt/);
});
