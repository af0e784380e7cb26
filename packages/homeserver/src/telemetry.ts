import type { Settings } from './config/index.ts';
import { type Clock, createLog, createMetrics, type Log, lineWriter, type Metrics } from '@hearth/kit';

/** The one door for what the server tells about itself: its log and its metrics. */
export type Telemetry = {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Writes out what waits; call it before the process ends. */
  readonly flush: () => void;
};

export type TelemetryOptions = {
  readonly settings: Settings['log'];
  readonly clock: Clock;
  /** Whether people read it: then the log is pretty unless the settings say otherwise. */
  readonly terminal: boolean;
  /** The file descriptor that the log goes to: 1, the standard output, in the program. */
  readonly fd: number;
};

/** Log and metrics of a process. */
export function createTelemetry({ settings, clock, terminal, fd }: TelemetryOptions): Telemetry {
  const format = settings.format === 'pretty' || settings.format === 'json' ? settings.format : terminal ? 'pretty' : 'json';
  const { write, flush } = lineWriter(fd);
  const log = createLog({ level: settings.level, format, clock, write, colour: terminal });
  const metrics = createMetrics();
  metrics.watchProcess();
  return { log, metrics, flush };
}
