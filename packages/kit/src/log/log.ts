import { pino } from 'pino';

import type { Clock } from '../clock.ts';
import { logContext } from './context.ts';
import { prettyLine } from './pretty.ts';
import { redactFields, redactText } from './redact.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where the program says what it does. The message is a fixed sentence; what varies goes into the fields, so that lines can be
 * counted and searched. Message and fields pass through log/redact.ts: no token, password or body is ever written.
 */
export interface Log {
  readonly level: LogLevel;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** True if a line of this level would be written: for fields that cost something to make. */
  writes(level: Exclude<LogLevel, 'silent'>): boolean;
  /** The same log with fields on each line, such as `{ part: 'storage' }`. */
  with(fields: LogFields): Log;
}

export type LogOptions = {
  readonly level: LogLevel;
  readonly format: 'pretty' | 'json';
  readonly clock: Clock;
  /** Takes whole lines. */
  readonly write: (line: string) => void;
  /** Colours for the pretty format. */
  readonly colour?: boolean;
};

/** A log over pino: JSON lines with `level`, `time` (ISO 8601), `message` and the fields. */
export function createLog(options: LogOptions): Log {
  const { clock, write } = options;
  const sink = options.format === 'json' ? write : (line: string): void => write(prettyLine(line, options.colour ?? false));
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => logContext() ?? {},
    },
    { write: sink },
  );
  return wrap(logger, options.level);
}

/** A log that writes nothing. */
export function silentLog(): Log {
  const nothing = (): void => undefined;
  const log: Log = { level: 'silent', debug: nothing, info: nothing, warn: nothing, error: nothing, writes: () => false, with: () => log };
  return log;
}

type PinoLike = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled' | 'child'>;

function wrap(logger: PinoLike, level: LogLevel): Log {
  const line =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: LogFields): void => {
      if (!logger.isLevelEnabled(name)) return;
      if (fields === undefined) logger[name](redactText(message));
      else logger[name](redactFields(fields), redactText(message));
    };
  return {
    level,
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    writes: (name) => logger.isLevelEnabled(name),
    with: (fields) => wrap(logger.child(redactFields(fields)), level),
  };
}
