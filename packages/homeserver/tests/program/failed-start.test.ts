import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { runCommand } from '../../src/cli/run-command.ts';
import { testIo } from '../../src/cli/testing/test-io.ts';
import { type Random, systemRandom } from '@hearth/kit';
import { type HearthOptions, startHearth } from '@hearth/testkit';

/** Randomness that fails the first time that a token of `bits` is asked for: so a start can be made to fail at a point of its way. */
function failingAt(bits: number): Random {
  const random = systemRandom();
  return {
    ...random,
    token: (wanted) => {
      if (wanted === bits) throw new Error(`no token of ${wanted} bits`);
      return random.token(wanted);
    },
  };
}

/** The address of a port that somebody else has, and how to give it back. */
async function takenPort(): Promise<{ address: string; free: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { address: `127.0.0.1:${address.port}`, free: () => new Promise((resolve) => server.close(() => resolve())) };
}

test('a start that fails on its way leaves the database to the next one', { timeout: 30_000 }, async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-failed-start-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const port = await takenPort();
  t.after(port.free);
  const failures: [RegExp, HearthOptions][] = [
    // Between the database and the bus, between the spine and the jobs, and at the last step.
    [/HEARTH_BUS=postgres needs/, { env: { HEARTH_BUS: 'postgres' } }],
    [/no token of 96 bits/, { random: failingAt(96) }],
    [/EADDRINUSE/, { env: { HEARTH_LISTEN: port.address } }],
  ];
  for (const [reason, options] of failures) await assert.rejects(startHearth({ ...options, dataDir }), reason);
  // A database that is still open is refused to a second server.
  const hearth = await startHearth({ dataDir });
  await hearth.client.register('alice', 'password of alice');
  await hearth.stop();
});

test('a start that cannot succeed says in one line which file or setting is wrong', { timeout: 60_000 }, async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'hearth-failed-start-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const at = (name: string): string => join(home, name);
  await writeFile(at('file'), 'not a directory');
  await writeFile(at('not.pem'), 'not a certificate');
  for (const name of ['no-database', 'no-key']) await mkdir(at(name));
  await writeFile(at('no-database/hearth.db'), 'this is no database, and long enough to be looked at as one');
  await writeFile(at('no-key/signing.key'), 'this is no key');
  const tls = { HEARTH_LISTEN_TLS: '127.0.0.1:0', HEARTH_TLS_CERT: at('not.pem'), HEARTH_TLS_KEY: at('not.pem') };
  const failures: [string, Record<string, string>, number][] = [
    [
      `server.data_dir: ${at('file')} cannot be used: it is not a directory, or lies in something that is none`,
      { HEARTH_DATA_DIR: at('file') },
      2,
    ],
    [
      `server.data_dir: ${at('file/data')} cannot be used: it is not a directory, or lies in something that is none`,
      { HEARTH_DATA_DIR: at('file/data') },
      2,
    ],
    [`${at('no-database/hearth.db')}: file is not a database`, { HEARTH_DATA_DIR: at('no-database') }, 1],
    [`${at('no-key/signing.key')}: it holds no usable signing key. `, { HEARTH_DATA_DIR: at('no-key') }, 2],
    [`${at('not.pem')}: it holds no certificate in PEM form`, { HEARTH_DATA_DIR: at('tls'), ...tls }, 2],
  ];
  const usual = { HEARTH_LISTEN: '127.0.0.1:0', HEARTH_METRICS_LISTEN: 'off', HEARTH_LOG_FORMAT: 'json' };
  for (const [says, env, code] of failures) {
    const io = testIo({ env: { ...usual, ...env } });
    assert.equal(await runCommand(['serve'], io), code, io.complained());
    assert.ok(io.complained().startsWith(`hearth: the server could not start: ${says}`), io.complained());
    assert.equal(io.complained().split('\n').length, 2, io.complained());
  }
});

test('a database that cannot be reached is not taken for one that is not there', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'hearth-failed-start-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  // Links that lead nowhere: of what rights hide, the superuser would notice nothing.
  await symlink('round', join(home, 'round'));
  const io = testIo({ env: { HEARTH_DATA_DIR: join(home, 'round') } });
  assert.equal(await runCommand(['user', 'list'], io), 1);
  assert.match(io.complained(), /^hearth: ELOOP/);
});

test(
  'the server name cannot be changed once there is an account: neither the server nor a command takes another',
  { timeout: 60_000 },
  async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hearth-failed-start-'));
    t.after(() => rm(dataDir, { recursive: true, force: true }));
    const named = (name: string): HearthOptions => ({ dataDir, env: { HEARTH_SERVER_NAME: name } });
    // A name that was tried first does no harm.
    await startHearth(named('first.example')).then((hearth) => hearth.stop());
    const hearth = await startHearth(named('second.example'));
    await hearth.client.register('alice', 'password of alice');
    await hearth.stop();
    await assert.rejects(startHearth(named('third.example')), /HEARTH_SERVER_NAME.*belong to second\.example/);
    const io = testIo({ env: { HEARTH_DATA_DIR: dataDir }, input: 'bob has a password\n' });
    assert.equal(await runCommand(['user', 'create', 'bob', '--password-stdin'], io), 2);
    assert.match(io.complained(), /belong to second\.example/);
    await startHearth(named('second.example')).then((again) => again.stop());
  },
);
