import type { HomeserverConfig } from '../config/index.ts';
import { type Server, startServer } from '../server.ts';
import { createTelemetry } from '../telemetry.ts';
import { reason } from './failure-reason.ts';
import { greeting } from './greeting.ts';
import type { CommandIo } from './io.ts';
import { doorOf, type LocalDoor, openLocalDoor } from './local-door.ts';
import { answerReportRequest, type ReportRequest } from './report-requests.ts';
import { answerRoomRequest, type RoomRequest } from './room-requests.ts';
import { answerUserRequest, type UserRequest } from './user-requests.ts';
import { type Clock, ConfigError, type Log, systemClock, systemNetwork, systemRandom } from '@hearth/kit';
import { DatabaseInUse, SchemaMismatch } from '@hearth/storage';

/** How long a stop may take before the process ends anyway: ten seconds for what is under way, the rest for the database. */
const stopMsMax = 15_000;

/** What the path of a socket may have: 107 on Linux, 103 on macOS. */
const socketPathBytesMax = 103;

/** `hearth serve`: runs the server until it is told to stop. Resolves with the exit code. */
export async function serve(config: HomeserverConfig, io: CommandIo): Promise<number> {
  // First of all, so that a signal during the start is not lost either.
  const signalled = toldToStop();
  const clock = systemClock();
  const settings = config.values;
  const terminal = io.output.isTTY === true;
  const { log, metrics, flush } = createTelemetry({ settings: settings.log, clock, terminal, fd: 1 });
  let server: Server;
  try {
    server = await startServer({ settings, clock, random: systemRandom(), log, metrics, network: systemNetwork() });
  } catch (error) {
    flush();
    return explainFailedStart(error, io);
  }
  const door = await openDoor(server, settings.server.dataDir, clock, log);
  // The log is written line by line; what it holds so far belongs above the greeting.
  flush();
  io.output.write(greeting({ serverName: server.serverName, urls: server.urls, setupUrl: await server.setupUrl() }));
  log.info('the server is ready', { server: server.serverName, urls: server.urls });
  log.info('the server stops', { signal: await signalled });
  const timer = clock.setTimer(stopMsMax, () => {
    log.error('stopping took too long: the process ends now');
    flush();
    // oxlint-disable-next-line unicorn/no-process-exit -- what keeps the loop alive is exactly what did not stop
    process.exit(1);
  });
  await door?.close();
  await server.stop();
  timer.cancel();
  log.info('the server has stopped');
  flush();
  return 0;
}

/** Resolves at the first signal; further ones change nothing, since the stop is under way. */
function toldToStop(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  return promise;
}

type Request = UserRequest | RoomRequest | ReportRequest;

function answerOf({ accounts, database, spine, reports, roomAdmin }: Server, request: Request): Promise<unknown> {
  if (isAboutRooms(request)) return answerRoomRequest({ engine: spine.engine, reader: database.reader, roomAdmin }, request);
  if (request.ask === 'report-list' || request.ask === 'report-close') return answerReportRequest(reports, request);
  return answerUserRequest(accounts, request);
}

function isAboutRooms(request: Request): request is RoomRequest {
  return request.ask.startsWith('room-');
}

/** A server without the door serves as well: then the commands say that it has to be stopped first. */
async function openDoor(server: Server, dataDir: string, clock: Clock, log: Log): Promise<LocalDoor | undefined> {
  if (server.database.engine !== 'sqlite') return undefined;
  try {
    return await openLocalDoor(dataDir, (request: Request) => answerOf(server, request), { clock, log });
  } catch (error) {
    const path = doorOf(dataDir);
    const reason = Buffer.byteLength(path) > socketPathBytesMax ? `the path ${path} is too long for one` : String(error);
    log.warn('commands can reach this server only while it is stopped: there is no socket for them', { reason });
    return undefined;
  }
}

function explainFailedStart(error: unknown, { messages }: CommandIo): number {
  messages.write(`hearth: the server could not start: ${reason(error)}\n`);
  if (error instanceof ConfigError) return 2;
  const expected = error instanceof DatabaseInUse || error instanceof SchemaMismatch || (error instanceof Error && 'code' in error);
  if (!expected && error instanceof Error) messages.write(`${error.stack ?? ''}\n`);
  return 1;
}
