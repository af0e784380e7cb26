import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';

import { instrumentsHandler } from './instruments.ts';
import { createMetrics, silentLog, startListener, systemClock } from '@hearth/kit';

test('health is there from the start, ready only when the server is, metrics in Prometheus’ format, nothing else', async (t) => {
  const metrics = createMetrics();
  metrics.counter('hearth_things_total', 'Things.').add(3);
  let ready = false;
  const listener = await startListener({
    addresses: [{ host: '127.0.0.1', port: 0 }],
    handle: instrumentsHandler({ metrics, ready: () => ready }),
    clock: systemClock(),
    log: silentLog(),
  });
  t.after(() => listener.stop());
  const call = (method: string, path: string): Promise<[number, string, string]> =>
    new Promise((resolve, reject) => {
      request({ port: listener.addresses[0]?.port, host: '127.0.0.1', method, path, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve([response.statusCode ?? 0, text, String(response.headers['content-type'])]));
      })
        .on('error', reject)
        .end();
    });
  assert.deepEqual((await call('GET', '/health')).slice(0, 2), [200, 'ok\n']);
  assert.equal((await call('GET', '/ready'))[0], 503);
  ready = true;
  assert.equal((await call('GET', '/ready?x=1'))[0], 200);
  const [status, text, type] = await call('GET', '/metrics');
  assert.equal(status, 200);
  assert.match(text, /hearth_things_total 3\n/);
  assert.match(type, /^text\/plain; version=0\.0\.4/);
  assert.equal((await call('GET', '/debug/heap'))[0], 404);
  assert.equal((await call('POST', '/metrics'))[0], 405);
});
