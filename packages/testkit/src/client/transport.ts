import { Agent, request } from 'undici';

export type TransportRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

export type TransportAnswer = {
  readonly status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
};

/** How the test client reaches a server; a simulator can put its own network here. */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

export type HttpTransport = { readonly send: Transport; readonly close: () => Promise<void> };

/** A hanging server fails its test after this time; long-polls in tests are shorter. */
const ANSWER_MS_MAX = 30_000;

/** HTTP over an agent of its own, so that a test can close all of its connections. */
export function httpTransport(): HttpTransport {
  const agent = new Agent({
    headersTimeout: ANSWER_MS_MAX,
    bodyTimeout: ANSWER_MS_MAX,
    // Stories pause between requests; close() is what ends connections.
    keepAliveTimeout: 60_000,
    connections: 64,
    pipelining: 1,
  });
  const send: Transport = async ({ method, url, headers, body }) => {
    const answer = await request(url, {
      dispatcher: agent,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const joined = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(joined) as Record<string, string>,
      bytes: await answer.body.bytes(),
    };
  };
  return { send, close: () => agent.close() };
}
