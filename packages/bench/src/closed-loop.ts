import { Histogram, type Percentiles } from './histogram.ts';
import { Connection, type Endpoint } from './http/connection.ts';
import type { Answer } from './http/response-reader.ts';
import { usageOf } from './process-usage.ts';
import { type Clock, sleep } from '@hearth/kit';

export type Loop = {
  readonly endpoint: Endpoint;
  readonly connections: number;
  readonly warmupMs: number;
  readonly measuredMs: number;
  /** The next request of a connection. */
  readonly next: (connection: number) => string;
  /** Whether the answer is what was asked for. */
  readonly isRight: (answer: Answer) => boolean;
  readonly pid: number | undefined;
};

export type LoopResult = {
  readonly right: number;
  readonly wrong: number;
  /** The first wrong answer, for the person who wonders. */
  readonly firstWrong: string | undefined;
  readonly perSecond: number;
  readonly latencyMs: Percentiles;
  /** Right answers for each second of processor time that the server used. */
  readonly perServerCpuSecond: number | undefined;
  readonly serverRssMiB: number | undefined;
  /** Share of one processor that the generator itself used. */
  readonly generatorCpu: number;
};

/** More wrong answers than this end the run: the figure would mean nothing. */
const wrongMax = 1000;

/** Every connection sends, waits for the answer, and sends again. Counts the answers that come within the measured time. */
export async function closedLoop(loop: Loop, clock: Clock): Promise<LoopResult> {
  const connections = Array.from({ length: loop.connections }, () => new Connection(loop.endpoint));
  const tally = { histogram: new Histogram(), measuring: false, stopped: false, wrong: 0, firstWrong: undefined as string | undefined };
  const drive = (connection: Connection, index: number): void => {
    if (tally.stopped) return connection.close();
    const sentAt = clock.monotonic();
    connection.send(loop.next(index), (answer, error) => {
      if (answer !== undefined && loop.isRight(answer)) {
        if (tally.measuring) tally.histogram.recordMs(clock.monotonic() - sentAt);
      } else if (!tally.stopped) {
        tally.wrong += 1;
        tally.firstWrong ??= error === undefined ? `${answer?.status} ${answer?.body.slice(0, 200)}` : error.message;
        if (tally.wrong > wrongMax) tally.stopped = true;
      }
      drive(connection, index);
    });
  };
  connections.forEach(drive);
  await sleep(clock, loop.warmupMs);
  const before = { at: clock.monotonic(), own: process.cpuUsage(), server: loop.pid === undefined ? undefined : usageOf(loop.pid) };
  tally.measuring = true;
  await sleep(clock, loop.measuredMs);
  tally.measuring = false;
  const elapsedMs = clock.monotonic() - before.at;
  const own = process.cpuUsage(before.own);
  const after = loop.pid === undefined ? undefined : usageOf(loop.pid);
  tally.stopped = true;
  for (const connection of connections) connection.close();
  if (tally.wrong > wrongMax) throw new Error(`more than ${wrongMax} wrong answers, the first: ${tally.firstWrong}`);
  const right = tally.histogram.count;
  const serverCpu = (after?.cpuSeconds ?? Number.NaN) - (before.server?.cpuSeconds ?? Number.NaN);
  return {
    right,
    wrong: tally.wrong,
    firstWrong: tally.firstWrong,
    perSecond: right / (elapsedMs / 1000),
    latencyMs: tally.histogram.summary(),
    perServerCpuSecond: serverCpu > 0 ? right / serverCpu : undefined,
    serverRssMiB: after?.rssMiB,
    generatorCpu: (own.user + own.system) / 1000 / elapsedMs,
  };
}
