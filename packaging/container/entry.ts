/**
 * What a container runs: fills in what the settings of a container usually are, then becomes `hearth` with the arguments it was
 * given. README.md beside this file describes the variables. Whatever is set as HEARTH_… counts before all that is decided here.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Environment, makeCertificate, readEnvironment, systemClock } from '@hearth/kit';

const hourMs = 3_600_000;
/** A certificate is made at each start, so this has to last only until the next one. */
const certificateDaysMax = 397;

try {
  const settings = settingsFrom(readEnvironment());
  // oxlint-disable-next-line no-restricted-properties -- the program is handed its environment here, before it reads it
  Object.assign(process.env, settings);
  await import(new URL('node_modules/@hearth/homeserver/bin/hearth.js', import.meta.url).href);
} catch (error) {
  console.error(`hearth: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

function settingsFrom(environment: Environment): Record<string, string> {
  const dataDir = environment['HEARTH_DATA_DIR'] ?? '/data';
  const name = environment['HEARTH_SERVER_NAME'] ?? environment['SERVER_NAME'];
  const usual = {
    HEARTH_DATA_DIR: dataDir,
    HEARTH_LISTEN: '*:8008',
    ...(name === undefined ? {} : { HEARTH_SERVER_NAME: name }),
    ...tlsFrom(environment, name, dataDir),
  };
  return Object.fromEntries(Object.entries(usual).filter(([key]) => environment[key] === undefined));
}

/** TLS with the certificate that is given, else with one that the given authority signs for the server's name, else none. */
function tlsFrom(environment: Environment, name: string | undefined, dataDir: string): Record<string, string> {
  const authority = { cert: environment['TLS_CA_CERT'], key: environment['TLS_CA_KEY'] };
  if (environment['HEARTH_TLS_CERT'] !== undefined) return { HEARTH_LISTEN_TLS: '*:8448' };
  if (authority.cert === undefined && authority.key === undefined) return {};
  if (authority.cert === undefined || authority.key === undefined)
    throw new Error('TLS_CA_CERT and TLS_CA_KEY go together: set both or none');
  if (name === undefined) throw new Error('a certificate needs a name: set SERVER_NAME');
  const issuer = { cert: readPem('TLS_CA_CERT', authority.cert), key: readPem('TLS_CA_KEY', authority.key) };
  const now = systemClock().now();
  const made = makeCertificate({
    names: [hostOf(name)],
    issuer,
    notBeforeMs: now - hourMs,
    notAfterMs: now + certificateDaysMax * 24 * hourMs,
  });
  const folder = join(dataDir, 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = { HEARTH_TLS_CERT: join(folder, 'certificate.pem'), HEARTH_TLS_KEY: join(folder, 'key.pem') };
  writeFileSync(files.HEARTH_TLS_CERT, made.cert);
  writeFileSync(files.HEARTH_TLS_KEY, made.key, { mode: 0o600 });
  return { HEARTH_LISTEN_TLS: '*:8448', ...files };
}

function readPem(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${variable}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A server name without port and brackets. */
function hostOf(name: string): string {
  return name.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
}
