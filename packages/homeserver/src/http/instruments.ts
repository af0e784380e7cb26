import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Metrics } from '@hearth/kit';

export type InstrumentsOptions = {
  readonly metrics: Metrics;
  /** True when the server answers requests: migrations are done, the database is there. */
  readonly ready: () => boolean;
};

/**
 * The handler of HEARTH_METRICS_LISTEN: `/metrics` for Prometheus, `/health` says that the process lives (restart it if it does
 * not answer), `/ready` says that it may get traffic. Nothing else is told here: no heap, no stack, no setting.
 */
export function instrumentsHandler({ metrics, ready }: InstrumentsOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(response, 405, 'only GET\n', { Allow: 'GET, HEAD' });
    if (path === '/health') return text(response, 200, 'ok\n');
    if (path === '/ready') return ready() ? text(response, 200, 'ready\n') : text(response, 503, 'starting or stopping\n');
    if (path !== '/metrics') return text(response, 404, 'there are /metrics, /health and /ready\n');
    metrics.text().then(
      (page) => text(response, 200, page, { 'Content-Type': metrics.contentType }),
      () => text(response, 500, 'the metrics cannot be collected\n'),
    );
  };
}

function text(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
