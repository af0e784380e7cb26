import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line of a log says about the work it belongs to: the request's id, later the user, room or job. */
export type LogContext = Readonly<Record<string, string | number>>;

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `run`; each log line written by it, or by what it awaits, carries these fields. */
export function withLogContext<T>(context: LogContext, run: () => T): T {
  const outer = storage.getStore();
  return storage.run(outer === undefined ? context : { ...outer, ...context }, run);
}

/** The fields of the work that runs now. */
export function logContext(): LogContext | undefined {
  return storage.getStore();
}
