import { ConfigError, systemClock, systemRandom } from '@hearth/kit';
import { DatabaseInUse, SchemaMismatch } from '@hearth/storage';
import type { HomeserverConfig } from '../config/index.ts';
import { type Server, startServer } from '../server.ts';
import { createTelemetry } from '../telemetry.ts';

/** How long a stop may take before the process ends anyway. */
const stopMsMax = 15_000;

/** `hearth serve`: runs the server until it is told to stop. Resolves with the exit code. */
export async function serve(config: HomeserverConfig): Promise<number> {
  const clock = systemClock();
  const settings = config.values;
  const terminal = process.stdout.isTTY === true;
  const { log, metrics, flush } = createTelemetry({ settings: settings.log, clock, terminal, fd: 1 });
  let server: Server;
  try {
    server = await startServer({ settings, clock, random: systemRandom(), log, metrics });
  } catch (error) {
    flush();
    return explainFailedStart(error);
  }
  await greet(server);
  log.info('the server is ready', { server: server.serverName, urls: server.urls });
  const signal = await toldToStop();
  log.info('the server stops', { signal });
  const timer = clock.setTimer(stopMsMax, () => {
    log.error('stopping took too long: the process ends now');
    flush();
    process.exit(1);
  });
  await server.stop();
  timer.cancel();
  log.info('the server has stopped');
  flush();
  return 0;
}

/** What a person who just started the server wants to know. */
async function greet(server: Server): Promise<void> {
  const [url = ''] = server.urls;
  const setupUrl = await server.setupUrl();
  const lines = ['', `Hearth is running for ${server.serverName}: ${url.replace('://127.0.0.1:', '://localhost:')}`];
  if (setupUrl === undefined) lines.push('Stop it with Ctrl-C.', '');
  else lines.push('There are no accounts yet. Open this link to create the first one, the administrator:', '', `    ${setupUrl}`, '', 'Stop the server with Ctrl-C.', '');
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Resolves at the first signal; further ones change nothing, since the stop is under way. */
function toldToStop(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  return promise;
}

function explainFailedStart(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`hearth: the server could not start: ${message}\n`);
  if (error instanceof ConfigError) return 2;
  if (error instanceof DatabaseInUse || error instanceof SchemaMismatch) return 1;
  if (error instanceof Error && 'code' in error) return 1;
  process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
  return 1;
}
