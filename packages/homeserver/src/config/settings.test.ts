import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { configPage } from './docs.ts';
import { databaseAddress, publicBaseurl, readSettings } from './read-settings.ts';
import { settingsSchema } from './schema.ts';
import { ConfigError, loadConfig, printConfig } from '@hearth/kit';

function load(env: Record<string, string>, yaml = '') {
  return loadConfig(settingsSchema, { env, file: { name: 'hearth.yaml', text: yaml } });
}

function problems(env: Record<string, string>, yaml = ''): string {
  try {
    load(env, yaml);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

/** The names that CONTRACT fixes, each with a value that asks for nothing beyond what is there. */
const contract: Record<string, string> = {
  HEARTH_SERVER_NAME: 'example.org',
  HEARTH_DATA_DIR: './data',
  HEARTH_DATABASE: 'sqlite:./x.db',
  HEARTH_BUS: 'auto',
  HEARTH_LISTEN: '127.0.0.1:0,[::1]:0',
  HEARTH_LISTEN_TLS: '127.0.0.1:0',
  HEARTH_TLS_CERT: 'cert.pem',
  HEARTH_TLS_KEY: 'key.pem',
  HEARTH_PUBLIC_BASEURL: 'https://matrix.example.org',
  HEARTH_FEDERATION: 'off',
  HEARTH_FEDERATION_CA: '',
  HEARTH_ALLOW_PRIVATE_ADDRESSES: 'true',
  HEARTH_REGISTRATION: 'open',
  HEARTH_REGISTRATION_SHARED_SECRET: 'a long enough secret',
  HEARTH_RATE_LIMITS: 'off',
  HEARTH_APPSERVICES: '',
  HEARTH_SMTP: '',
  HEARTH_SERVICES: '',
  HEARTH_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8,::1',
  HEARTH_GUESTS: 'off',
  HEARTH_FEDERATED_PRESENCE: 'off',
  HEARTH_URL_PREVIEWS: 'off',
  HEARTH_PUBLIC_DIRECTORY: 'off',
  HEARTH_TRUSTED_KEY_SERVERS: '',
  HEARTH_CAS_URL: '',
  HEARTH_RECAPTCHA_VERIFY_URL: '',
  HEARTH_SERVER_NOTICES: '',
  HEARTH_LOG_LEVEL: 'info',
  HEARTH_LOG_FORMAT: 'json',
  HEARTH_METRICS_LISTEN: '127.0.0.1:9008',
};

test('every fixed name is understood', () => {
  const { values, sources } = load(contract);
  assert.equal(values.server.name, 'example.org');
  assert.deepEqual(values.listeners.plain, ['127.0.0.1:0', '[::1]:0']);
  assert.equal(values.registration.mode, 'open');
  assert.equal(values.features.rateLimits, false);
  for (const [name, value] of Object.entries(contract)) if (value !== '') assert.ok([...sources.values()].includes(name), name);
});

test('without any setting the server is closed, local and quiet', () => {
  const { values } = load({});
  assert.equal(values.server.name, 'localhost');
  assert.equal(values.registration.mode, 'closed');
  assert.deepEqual(values.listeners.plain, ['127.0.0.1:8008']);
  assert.deepEqual(values.listeners.metrics, ['127.0.0.1:9008']);
  assert.equal(values.federation.publicDirectory, false);
  assert.equal(values.registration.guests, false);
  assert.equal(values.federation.allowPrivateAddresses, false);
  assert.equal(databaseAddress(values), 'sqlite:data/hearth.db');
  assert.equal(publicBaseurl(values, ['http://127.0.0.1:8008']), 'http://localhost:8008');
  for (const everywhere of ['http://0.0.0.0:8008', 'http://[::]:8008'])
    assert.equal(publicBaseurl(values, [everywhere]), 'http://localhost:8008');
});

test('what asks for something that is not built refuses to start and says so', () => {
  for (const [name, value] of [
    ['HEARTH_SMTP', 'smtp://u:hunter2@h:25'],
    ['HEARTH_APPSERVICES', 'a.yaml:b.yaml'],
    ['HEARTH_SERVICES', 'push'],
    ['HEARTH_BUS', 'nats://h'],
    ['HEARTH_URL_PREVIEWS', 'on'],
    ['HEARTH_CAS_URL', 'https://cas'],
  ] as const) {
    const said = problems({ [name]: value });
    assert.match(said, new RegExp(`^${name}: .*not built yet`));
    assert.equal(said.includes('hunter2'), false);
  }
});

test('48: a misspelt variable refuses to start and names the nearest', () => {
  assert.equal(problems({ HEARTH_SERVERNAME: 'x' }), 'HEARTH_SERVERNAME: unknown environment variable. Did you mean HEARTH_SERVER_NAME?');
});

test('5: sample and short secrets refuse to start, and are not repeated in the message', () => {
  for (const secret of ['changeme', 'short', 'Password']) {
    const said = problems({ HEARTH_REGISTRATION_SHARED_SECRET: secret });
    assert.match(said, /^HEARTH_REGISTRATION_SHARED_SECRET: /);
    assert.equal(said.includes(`"${secret}"`), false);
  }
});

test('wrong values say what was expected', () => {
  assert.match(problems({ HEARTH_LISTEN: '8008' }), /expected host:port, got 8008/);
  assert.match(problems({ HEARTH_SERVER_NAME: 'a b' }), /expected a host name/);
  assert.match(problems({ HEARTH_TRUSTED_PROXIES: '10.0.0.0/33' }), /10\.0\.0\.0\/33 is neither/);
  assert.match(problems({ HEARTH_DATABASE: 'mysql://x' }), /expected sqlite:FILE or postgres/);
  assert.match(problems({ HEARTH_PUBLIC_BASEURL: 'example.org' }), /expected an address/);
  assert.match(problems({ HEARTH_LISTEN_TLS: '127.0.0.1:0' }), /HTTPS needs/);
  assert.match(
    problems({}, 'registration:\n  mode: opn\n'),
    /^hearth\.yaml:2:9: registration\.mode: expected "closed", "token" or "open"$/,
  );
});

test('a named file that is not there refuses to start', () => {
  assert.throws(() => readSettings({}, '/nowhere/hearth.yaml'), ConfigError);
  assert.throws(() => readSettings({ HEARTH_CONFIG: '/nowhere/hearth.yaml' }), ConfigError);
});

test('N-17: printing the settings shows no secret', () => {
  const config = load({ HEARTH_DATABASE: 'postgres://hearth:hunter2@db/hearth', HEARTH_REGISTRATION_SHARED_SECRET: 'hunter2hunter2' });
  assert.equal(printConfig(settingsSchema, config).includes('hunter2'), false);
  assert.equal(databaseAddress(config.values), 'postgres://hearth:hunter2@db/hearth');
});

test('docs/config.md is what the settings say', () => {
  assert.equal(readFileSync(new URL('../../../../docs/config.md', import.meta.url), 'utf8'), configPage());
});
