import { request } from 'node:http';
import { connect } from 'node:net';

import type { TokenLookup } from '../authenticate.ts';
import { corsHeaders } from '../cors.ts';
import { createHttpEdge, type HttpEdge, type HttpEdgeOptions } from '../edge.ts';
import { createRateLimiter } from '../rate-limit.ts';
import type { Requester, Route } from '../route.ts';
import {
  clientAddress,
  createLog,
  createMetrics,
  type Listener,
  type ListenerLimits,
  type Metrics,
  startListener,
  systemClock,
} from '@hearth/kit';
import { seededRandom, TestClock } from '@hearth/kit/testing';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: Record<string, unknown> | undefined;
};

export type CallOptions = {
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array | object;
  readonly token?: string;
};

/** An edge with its listener on a real socket of the loopback interface. */
export type LoopbackEdge = {
  readonly edge: HttpEdge;
  readonly listener: Listener;
  readonly port: number;
  readonly metrics: Metrics;
  /** The clock of the rate limits. */
  readonly clock: TestClock;
  readonly logLines: string[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Sends bytes as they are and gives back all that came until the connection ended, or until `until` came. */
  raw(text: string, until?: RegExp): Promise<string>;
  close(): Promise<void>;
};

/** Tokens of the tests: `alice`, `guest`, `admin`. */
export const lookupTestToken: TokenLookup = (token) => people.find(({ userId }) => userId === `@${token}:example.org`);
const people: readonly Requester[] = [
  { userId: '@alice:example.org', user: 1, deviceId: 'A', isGuest: false, isAdmin: false },
  { userId: '@guest:example.org', user: 2, deviceId: 'G', isGuest: true, isAdmin: false },
  { userId: '@admin:example.org', user: 3, deviceId: 'M', isGuest: false, isAdmin: true },
];

export type LoopbackOptions = Partial<HttpEdgeOptions> & {
  readonly limits?: Partial<ListenerLimits>;
  readonly limited?: boolean;
  readonly trustedProxies?: readonly string[];
};

export async function loopbackEdge(routes: readonly Route[], options: LoopbackOptions = {}): Promise<LoopbackEdge> {
  const { limits, limited, trustedProxies = [], ...replaced } = options;
  const clock = new TestClock();
  const logLines: string[] = [];
  const metrics = createMetrics();
  const log = createLog({ level: 'debug', format: 'json', clock, write: (line) => logLines.push(line) });
  const edge = createHttpEdge({
    routes,
    lookupToken: lookupTestToken,
    limiter: createRateLimiter({ clock, enabled: limited ?? false }),
    clientAddress: clientAddress(trustedProxies),
    ready: () => true,
    log,
    metrics,
    clock: systemClock(),
    random: seededRandom(1),
    ...replaced,
  });
  const listener = await startListener({
    addresses: [{ host: '127.0.0.1', port: 0 }],
    handle: edge.handle,
    clock: systemClock(),
    log,
    malformedHeaders: corsHeaders,
    ...(limits === undefined ? {} : { limits }),
  });
  const port = listener.addresses[0]?.port ?? 0;
  return {
    edge,
    listener,
    port,
    metrics,
    clock,
    logLines,
    call: (method, path, callOptions) => call(port, method, path, callOptions ?? {}),
    raw: (text, until) => raw(port, text, until),
    async close() {
      edge.stop();
      await listener.stop();
    },
  };
}

function call(port: number, method: string, path: string, { headers = {}, body, token }: CallOptions): Promise<Answer> {
  const bytes = body === undefined ? undefined : typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        method,
        path,
        agent: false,
        headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: asJson(text) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(bytes);
  });
}

function raw(port: number, text: string, until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(text, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (until?.test(received) === true) socket.destroy();
    });
    socket.on('error', (error) => (received === '' ? reject(error) : undefined));
    socket.on('close', () => resolve(received));
  });
}

function asJson(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
