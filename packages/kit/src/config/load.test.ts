import assert from 'node:assert/strict';
import { test } from 'node:test';

import { renderConfigDocs } from './docs.ts';
import { type LoadOptions, loadConfig } from './load.ts';
import { configAsData, printConfig } from './print.ts';
import { ConfigError } from './problem.ts';
import { section } from './section.ts';
import { choice, flag, integer, list, secret, text } from './setting.ts';

const schema = {
  prefix: 'APP_',
  otherVariables: ['APP_CONFIG'],
  checkTogether: ({ server, registration }: { server: { name: string }; registration: { mode: string } }) =>
    server.name === 'closed.example' && registration.mode === 'open' ? [{ where: 'registration.mode', message: 'not here' }] : [],
  sections: {
    server: section({
      title: 'The server',
      doc: 'What it is.',
      settings: {
        name: text({
          env: 'APP_NAME',
          default: 'localhost',
          doc: 'Its name.',
          check: (value) => (value.includes(' ') ? 'no spaces, please' : undefined),
        }),
        listen: list({ env: 'APP_LISTEN', separator: ',', default: ['127.0.0.1:1'], doc: 'Where.' }),
        smtp: text({ env: 'APP_SMTP', doc: 'Mail.', unbuilt: () => true }),
      },
    }),
    registration: section({
      title: 'Registration',
      doc: 'Who may come.',
      settings: {
        mode: choice(['closed', 'open'], { env: 'APP_REGISTRATION', default: 'closed', doc: 'Who.' }),
        guests: flag({ env: 'APP_GUESTS', default: false, doc: 'Guests | strangers.' }),
        sharedSecret: secret({ env: 'APP_SECRET', doc: 'A secret.' }),
        database: secret({ env: 'APP_DATABASE', doc: 'An address.', shown: 'address' }),
        count: integer({ default: 3, min: 1, max: 9, doc: 'How many.' }),
      },
    }),
  },
};

const load = (yaml: string, env: LoadOptions['env'] = {}) =>
  loadConfig(schema, {
    env,
    file: { name: 'app.yaml', text: yaml },
    readSecretFile: (name) => {
      if (name === '/run/secret') return 'from-file\n';
      throw new Error('no such file');
    },
  });

function problemsOf(yaml: string, env: LoadOptions['env'] = {}): string[] {
  try {
    load(yaml, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('defaults, the file and the environment are laid over one another', () => {
  const { values, sources } = load('server:\n  name: a.example\n  listen: [x:1, "y:2"]\nregistration:\n  mode: open\n', {
    APP_NAME: 'b.example',
    APP_GUESTS: 'yes',
    PATH: '/bin',
    APP_CONFIG: 'x',
  });
  assert.equal(values.server.name, 'b.example');
  assert.deepEqual(values.server.listen, ['x:1', 'y:2']);
  assert.equal(values.registration.mode, 'open');
  assert.equal(values.registration.guests, true);
  assert.equal(values.registration.count, 3);
  assert.equal(values.registration.sharedSecret, undefined);
  assert.equal(sources.get('server.name'), 'APP_NAME');
  assert.equal(sources.get('registration.mode'), 'app.yaml:5:9');
  assert.equal(sources.get('registration.count'), 'default');
});

test('an empty variable counts as not given, an empty or commented-out section as no section', () => {
  assert.equal(load('server:\n  # name: x\nregistration:\n', { APP_NAME: '' }).values.server.name, 'localhost');
  assert.equal(load('').values.server.name, 'localhost');
});

test('48: unknown keys and variables refuse with their place and the nearest known name', () => {
  assert.deepEqual(
    problemsOf('server:\n  nmae: x\nregistraton:\n  mode: open\nname: x\n', { APP_NAMES: 'x', APP_REGISTRATION_FILE: 'x' }),
    [
      'app.yaml:2:3: unknown key server.nmae. Did you mean name?',
      'app.yaml:3:1: unknown key registraton. Did you mean registration?',
      'app.yaml:5:1: unknown key name. Did you mean server.name?',
      'APP_NAMES: unknown environment variable. Did you mean APP_NAME?',
      'APP_REGISTRATION_FILE: unknown environment variable. Did you mean APP_REGISTRATION?',
    ],
  );
});

test('a wrong value says what was expected and where', () => {
  assert.deepEqual(problemsOf('server:\n  name: 3\nregistration:\n  count: 10\n  mode: opn\n', { APP_GUESTS: 'maybe' }), [
    'app.yaml:2:9: server.name: expected a text',
    'app.yaml:5:9: registration.mode: expected "closed" or "open"',
    'APP_GUESTS: expected true or false, "on" or "off"',
    'app.yaml:4:10: registration.count: expected a whole number from 1 to 9',
  ]);
  assert.deepEqual(problemsOf('', { APP_NAME: 'a b' }), ['APP_NAME: server.name: no spaces, please']);
  assert.deepEqual(problemsOf('server:\n  smtp: smtp://x\n'), ['app.yaml:2:9: server.smtp: this is not built yet; leave the setting out']);
});

test('settings that do not go together are a problem', () => {
  assert.deepEqual(problemsOf('registration:\n  mode: open\n', { APP_NAME: 'closed.example' }), ['registration.mode: not here']);
});

test('broken YAML, keys given twice, aliases, lists for mappings and tags are problems with a place', () => {
  assert.match(problemsOf('server: {name: [}\n')[0] ?? '', /^app\.yaml:1:\d+: /);
  assert.match(problemsOf('server:\n  name: a\n  name: b\n')[0] ?? '', /^app\.yaml:3:3: /);
  assert.match(problemsOf('server: &a\n  name: &b x\nregistration:\n  mode: *b\n')[0] ?? '', /^app\.yaml:4:9: .*aliases/);
  assert.match(problemsOf('- server\n')[0] ?? '', /^app\.yaml:1:1: the file: expected a mapping/);
  assert.match(problemsOf('server: !!js/function x\n')[0] ?? '', /^app\.yaml:1:/);
  assert.match(problemsOf('server: x\n')[0] ?? '', /^app\.yaml:1:9: server: expected a mapping/);
});

test('a secret may come from a file, named in the environment or in YAML, but not from two places', () => {
  assert.equal(load('', { APP_SECRET_FILE: '/run/secret' }).values.registration.sharedSecret?.reveal(), 'from-file');
  assert.equal(load('registration:\n  shared_secret_file: /run/secret\n').values.registration.sharedSecret?.reveal(), 'from-file');
  assert.deepEqual(problemsOf('', { APP_SECRET_FILE: '/nowhere' }), ['APP_SECRET_FILE: cannot read /nowhere: no such file']);
  assert.deepEqual(problemsOf('', { APP_SECRET_FILE: '/run/secret', APP_SECRET: 'x' }), [
    'APP_SECRET_FILE: give either APP_SECRET or APP_SECRET_FILE, not both',
  ]);
  assert.deepEqual(problemsOf('registration:\n  shared_secret_file: /run/secret\n  shared_secret: x\n').length, 1);
});

test('printing shows every setting and its origin, and no secret', () => {
  const config = load('registration:\n  shared_secret: hunter2\n', {
    APP_DATABASE: 'postgres://u:hunter2@db/x?sslpassword=hunter2',
    APP_LISTEN: 'a:1, b:2',
  });
  const printed = printConfig(schema, config);
  assert.match(printed, /^server:\n {2}name: localhost\n {2}listen: \[ a:1, b:2 \] {2}# APP_LISTEN\n {2}# smtp:\n/);
  assert.match(printed, /database: .*postgres:\/\/u:…@db\/x/);
  const everything =
    printed +
    JSON.stringify(configAsData(schema, config)) +
    JSON.stringify(config.values) +
    String(config.values.registration.sharedSecret);
  assert.equal(everything.includes('hunter2'), false);
  assert.equal(config.values.registration.sharedSecret?.reveal(), 'hunter2');
});

test('the reference page has a row for each setting', () => {
  const page = renderConfigDocs(schema, '# Settings');
  assert.match(page, /^# Settings\n\n## The server\n\nWhat it is\.\n\n\| key \|/);
  assert.match(
    page,
    /\| `registration.shared_secret` or `registration.shared_secret_file` \| `APP_SECRET` or `APP_SECRET_FILE` \| a text \| none \| A secret\. \|/,
  );
  assert.match(page, /Guests \\\| strangers/);
});
