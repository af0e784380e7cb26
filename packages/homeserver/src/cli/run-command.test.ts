import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { packageVersion } from '../package-version.ts';
import { runCommand } from './run-command.ts';
import { testIo, type TestIoOptions } from './testing/test-io.ts';

async function hearth(args: readonly string[], options: TestIoOptions = {}): Promise<{ code: number; output: string; messages: string }> {
  const io = testIo(options);
  return { code: await runCommand(args, io), output: io.said(), messages: io.complained() };
}

test('--version and --help answer on the standard output and are no failures', async () => {
  assert.deepEqual(await hearth(['--version']), { code: 0, output: `${packageVersion()}\n`, messages: '' });
  const help = await hearth(['--help']);
  assert.deepEqual([help.code, help.messages], [0, '']);
  for (const word of ['serve', 'user', 'config', 'Exit codes', 'Examples']) assert.ok(help.output.includes(word), word);
});

test('every command that is there has a help of its own with a sentence for each option', async () => {
  const commands = [
    ['serve'],
    ['config'],
    ...['check', 'print'].map((name) => ['config', name]),
    ['user'],
    ...['create', 'reset-password', 'deactivate', 'set-admin', 'list', 'devices', 'logout'].map((name) => ['user', name]),
  ];
  for (const command of commands) {
    const { code, output, messages } = await hearth([...command, '--help']);
    assert.deepEqual([code, messages], [0, ''], command.join(' '));
    assert.match(output, new RegExp(`^Usage: hearth ${command.join(' ')}`));
    assert.doesNotMatch(output, /^ {2}-\S.* {2}$/m, `an option of ${command.join(' ')} without a description`);
  }
});

test('an unknown command, subcommand or option is exit code 2, with the nearest name', async () => {
  const cases: [string[], RegExp][] = [
    [['srve'], /^hearth: There is no command "srve"\. Did you mean serve\?.*\n$/],
    [['xyzzy'], /^hearth: There is no command "xyzzy"\. "hearth --help" lists the commands\.\n$/],
    [['user', 'lst'], /^hearth: unknown command 'lst'\n\(Did you mean list\?\)\n$/],
    [['user', 'list', '--jsn'], /^hearth: unknown option '--jsn'\n\(Did you mean --json\?\)\n$/],
    [['user', 'create'], /^hearth: missing required argument 'name'\n$/],
    [['serve', 'now'], /^hearth: too many arguments/],
    [['--nope'], /^hearth: unknown option '--nope'\n/],
  ];
  for (const [args, message] of cases) {
    const said = await hearth(args);
    assert.deepEqual([said.code, said.output], [2, ''], args.join(' '));
    assert.match(said.messages, message);
  }
});

test('promised commands that are not built yet say so in one line and exit with 2', async () => {
  for (const name of ['doctor', 'backup', 'restore', 'appservice', 'identity', 'push', 'policy']) {
    assert.deepEqual(await hearth([name, 'list', '--json']), {
      code: 2,
      output: '',
      messages: `hearth: "hearth ${name}" is not built yet.\n`,
    });
  }
});

test('config check says that all is fine, or what is wrong and where', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-cli-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'hearth.yaml');
  writeFileSync(file, 'server:\n  name: example.org\n');
  assert.deepEqual(await hearth(['--config', file, 'config', 'check']), { code: 0, output: 'The settings are fine.\n', messages: '' });
  assert.deepEqual(await hearth(['config', 'check', '--json', '--config', file]), {
    code: 0,
    output: '{\n  "problems": []\n}\n',
    messages: '',
  });
  writeFileSync(file, 'server:\n  nmae: example.org\n');
  const problem = `${file}:2:3: unknown key server.nmae. Did you mean name?\n`;
  assert.deepEqual(await hearth(['config', 'check', '--config', file]), { code: 2, output: '', messages: problem });
  const asData = await hearth(['config', 'check', '--json', '--config', file]);
  assert.equal(asData.code, 2);
  assert.deepEqual(JSON.parse(asData.output), {
    problems: [{ where: `${file}:2:3`, message: 'unknown key server.nmae. Did you mean name?' }],
  });
});

test('config check looks at the certificate as a start would', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-cli-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [cert, key] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
  const env = { HEARTH_SERVER_NAME: 'example.org', HEARTH_LISTEN_TLS: '*:8448', HEARTH_TLS_CERT: cert, HEARTH_TLS_KEY: key };
  const missing = await hearth(['config', 'check'], { env });
  assert.deepEqual(missing, { code: 2, output: '', messages: `${cert}: there is no such file\n` });
  writeFileSync(cert, 'nothing');
  writeFileSync(key, 'nothing');
  const wrong = await hearth(['config', 'check', '--json'], { env });
  assert.deepEqual(JSON.parse(wrong.output), { problems: [{ where: cert, message: 'it holds no certificate in PEM form' }] });
});

test('a command that reaches no database says which, and what to look at', async () => {
  const answer = await hearth(['user', 'list'], {
    env: { HEARTH_SERVER_NAME: 'a.org', HEARTH_DATABASE: 'postgres://nobody@127.0.0.1:1/none' },
  });
  assert.deepEqual(answer, { code: 1, output: '', messages: 'hearth: no database answers at 127.0.0.1:1. See HEARTH_DATABASE.\n' });
});

test('config print shows what is in force and where it comes from, and no secret', async () => {
  const env = { HEARTH_SERVER_NAME: 'example.org', HEARTH_REGISTRATION_SHARED_SECRET: 'hunter2hunter2' };
  const text = await hearth(['config', 'print'], { env });
  assert.equal(text.code, 0);
  assert.match(text.output, /^ {2}name: example\.org {2}# HEARTH_SERVER_NAME$/m);
  const data = await hearth(['config', 'print', '--json'], { env });
  assert.equal((JSON.parse(data.output) as { server: { name: string } }).server.name, 'example.org');
  assert.doesNotMatch(text.output + data.output, /hunter2/);
});
