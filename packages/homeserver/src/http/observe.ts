import type { CounterSeries, HistogramSeries, Log, Metrics } from '@hearth/kit';

/** What is told about a request when it is over. There is nothing in it that the client could have put a secret into. */
export type Finished = {
  readonly requestId: string;
  readonly method: string;
  /** The template, such as `/_matrix/client/v3/rooms/{roomId}/leave`; '' for a path that no route has. */
  readonly template: string;
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
  readonly ip: string;
  /** Who asked: a user, or another server. */
  readonly user: string | undefined;
  readonly errcode: string | undefined;
};

export type RequestLogging = 'all' | 'failed' | 'off';

export type Observer = {
  finished(request: Finished): void;
  unexpected(error: unknown, operation: string): void;
  readonly unexpectedErrors: number;
};

/** Counts requests by operation and status, measures their time, and writes the log. */
export function createObserver(log: Log, metrics: Metrics, logging: RequestLogging): Observer {
  const requests = metrics.counter('hearth_http_requests_total', 'Requests that were answered.', ['operation', 'status']);
  const seconds = metrics.histogram('hearth_http_request_seconds', 'Time from the head of a request to its answer.', {
    labels: ['operation'],
  });
  const failures = metrics.counter('hearth_http_unexpected_errors_total', 'Requests that ended in a mistake of this program.');
  // As many series as there are routes, times the statuses each of them has.
  const series = new Map<string, { readonly time: HistogramSeries; readonly counts: Map<number, CounterSeries> }>();
  let unexpectedErrors = 0;
  return {
    finished({ operation, status, seconds: took, ...about }) {
      const { time, counts } = memo(series, operation, () => ({ time: seconds.at(operation), counts: new Map() }));
      memo(counts, status, () => requests.at(operation, String(status))).add();
      time.observe(took);
      if (logging === 'off' || (logging === 'failed' && status < 400)) return;
      if (!log.writes('info')) return;
      const { requestId, method, template, ip, user, errcode } = about;
      log.info('request', {
        requestId,
        method,
        path: template === '' ? '(unknown)' : template,
        status,
        ms: Math.round(took * 10_000) / 10,
        ip,
        user,
        errcode,
      });
    },
    unexpected(error, operation) {
      unexpectedErrors += 1;
      failures.add();
      log.error('a request failed unexpectedly', { operation, error: error instanceof Error ? error : new Error(String(error)) });
    },
    get unexpectedErrors() {
      return unexpectedErrors;
    },
  };
}

function memo<K, T>(map: Map<K, T>, key: K, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
