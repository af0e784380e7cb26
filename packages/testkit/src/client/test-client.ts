import assert from 'node:assert/strict';

import { responseChecker } from '../spec/checked-fetch.ts';
import type { CheckOptions } from '../spec/checked-fetch.ts';
import { calls } from './calls.ts';
import type { Calls } from './calls.ts';
import { httpTransport } from './transport.ts';
import type { Transport, TransportAnswer } from './transport.ts';

export type QueryValue = string | number | boolean | undefined;

export type RequestOptions = {
  readonly query?: Readonly<Record<string, QueryValue | readonly string[]>>;
  /** Sent as JSON; a Uint8Array is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the client's own token; null sends none. */
  readonly token?: string | null;
};

export type Answer = {
  readonly status: number;
  /** The parsed JSON; undefined when the answer is not JSON. */
  // oxlint-disable-next-line no-explicit-any -- tests look into answers whose shape was just checked
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
};

/**
 * A thin client for whole-server tests. Every JSON answer to a specified operation is checked against
 * its schema, whatever the test itself looks at.
 */
export type TestClient = Calls & {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly request: (method: string, path: string, options?: RequestOptions) => Promise<Answer>;
  /** The same server and connections with another token. */
  readonly withToken: (token: string | undefined) => TestClient;
  /** Closes the connections of this client and of all made from it by `withToken`, register and login. */
  readonly close: () => Promise<void>;
};

export type TestClientOptions = {
  readonly baseUrl: string;
  readonly token?: string;
  /** Replaces HTTP. */
  readonly fetch?: Transport;
  /** Who is told about each answer, and what is left unchecked. */
  readonly check?: CheckOptions;
};

export function createTestClient(options: TestClientOptions): TestClient {
  const http = options.fetch === undefined ? httpTransport() : undefined;
  const send = options.fetch ?? (http as NonNullable<typeof http>).send;
  const check = responseChecker(options.check);
  let transactions = 0;
  const nextTransactionId = (): string => `txn${(transactions += 1)}`;

  const clientWith = (token: string | undefined): TestClient => {
    const request = async (method: string, path: string, asked: RequestOptions = {}): Promise<Answer> => {
      const url = addressOf(options.baseUrl, path, asked);
      const { body, headers } = encoded(asked, asked.token === undefined ? token : asked.token);
      const answer = await send({ method, url, headers, ...(body === undefined ? {} : { body }) });
      const json = jsonOf(answer, `${method} ${path}`);
      check({ method, path: url.pathname + url.search, status: answer.status, body: json });
      return { ...answer, body: json };
    };
    const close = async (): Promise<void> => http?.close();
    const own = { baseUrl: options.baseUrl, token, request, withToken: clientWith, close };
    return { ...own, ...calls(own, nextTransactionId) };
  };
  return clientWith(options.token);
}

function addressOf(baseUrl: string, path: string, options: RequestOptions): URL {
  const url = new URL(path, baseUrl);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    const values = typeof value === 'object' ? value : value === undefined ? [] : [String(value)];
    for (const each of values) url.searchParams.append(name, each);
  }
  return url;
}

function encoded(
  options: RequestOptions,
  token: string | null | undefined,
): { body: string | Uint8Array | undefined; headers: Record<string, string> } {
  const isJson = options.body !== undefined && !(options.body instanceof Uint8Array);
  const headers = {
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    ...(typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}),
    ...options.headers,
  };
  return { body: isJson ? JSON.stringify(options.body) : options.body, headers };
}

function jsonOf(answer: TransportAnswer, request: string): unknown {
  const type = (answer.headers['content-type'] ?? '').split(';')[0]?.trim();
  if (type !== 'application/json' || answer.bytes.length === 0) return undefined;
  const text = new TextDecoder().decode(answer.bytes);
  try {
    return JSON.parse(text);
  } catch {
    assert.fail(`${request} answered ${answer.status} with a body that is not JSON: ${text.slice(0, 500)}`);
  }
}
