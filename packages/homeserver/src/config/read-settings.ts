import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Settings, settingsSchema } from './schema.ts';
import { type Config, ConfigError, type Environment, loadConfig } from '@hearth/kit';

export type HomeserverConfig = Config<typeof settingsSchema>;

/** The file that is read when none is named, if it is there. */
const usualFile = 'hearth.yaml';

/** Settings from the file (`--config`, else HEARTH_CONFIG, else hearth.yaml) and the environment. Throws `ConfigError`. */
export function readSettings(env: Environment, namedFile?: string): HomeserverConfig {
  const named = namedFile ?? (env['HEARTH_CONFIG'] === '' ? undefined : env['HEARTH_CONFIG']);
  const name = named ?? (existsSync(usualFile) ? usualFile : undefined);
  return loadConfig(settingsSchema, { env, ...(name === undefined ? {} : { file: { name, text: readFile(name) } }) });
}

function readFile(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    throw new ConfigError([{ where: name, message: `cannot be read: ${(error as Error).message}` }]);
  }
}

/** The database's address, with the default that depends on the data directory. */
export function databaseAddress(settings: Settings): string {
  return settings.database.url?.reveal() ?? `sqlite:${join(settings.server.dataDir, 'hearth.db')}`;
}

/** The address for clients, without a final slash: the configured one, else the first listener's. */
export function publicBaseurl(settings: Settings, listenerUrls: readonly string[]): string {
  const [first = 'http://localhost:8008'] = listenerUrls;
  // Who listens on all interfaces is reached on this machine at least.
  return (settings.server.publicBaseurl ?? first).replace(/\/+$/, '').replace(/:\/\/(?:127\.0\.0\.1|0\.0\.0\.0|\[::\]):/, '://localhost:');
}
