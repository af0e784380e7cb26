import type { Readable } from 'node:stream';
import { createSecureContext, getCACertificates, type TLSSocket } from 'node:tls';

import { type buildConnector, Pool } from 'undici';

import { addressSet, plainAddress } from '../client-address.ts';
import type { Clock } from '../clock.ts';
import type { Network } from './network.ts';
import { OutboundError } from './outbound-error.ts';
import { isPublicAddress } from './public-address.ts';
import { type ConnectDeps, type Endpoint, secureConnect } from './secure-connect.ts';

export type OutboundOptions = {
  readonly network: Network;
  readonly clock: Clock;
  /** Reaches private and loopback addresses too: for tests and closed networks. */
  readonly allowPrivate: boolean;
  /** Addresses and networks (`10.0.0.0/8`) that are reached though they are private. */
  readonly allowedNetworks: readonly string[];
  /** Certificate authorities (PEM) that are trusted besides those that everybody trusts. */
  readonly authorities?: readonly string[];
};

export type OutboundRequest = {
  readonly to: Endpoint;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** With the query. */
  readonly path: string;
  /** Host is among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Most bytes of the answer's body. */
  readonly bytesMax: number;
  /** From now to the last byte of the answer. */
  readonly msMax: number;
  readonly signal?: AbortSignal;
};

export type OutboundAnswer = {
  readonly status: number;
  /** Names in lower case; of a header that is repeated, the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
};

/** Other hosts whose connections are kept. */
const poolsMax = 500;
const connectionsPerPool = 8;
/** Requests to one host that are under way or wait for a connection. */
const requestsPerPoolMax = 200;
/** Most servers keep an idle connection for a minute or longer. */
const idleMs = 30_000;

/** Where connections go is said in `connect`, and by the header Host. Not every name that a server may have is a host of a URL. */
const unusedOrigin = 'https://pool.invalid';

type HostPool = { readonly pool: Pool; open: number };

/**
 * The one way to the outside: HTTPS with certificates checked, addresses checked when connecting, connections reused, answers bounded in
 * bytes and time, and redirects never followed, since each hop is for the caller to decide.
 */
export class Outbound {
  readonly #clock: Clock;
  readonly #connect: ConnectDeps;
  /** Last used last. */
  readonly #pools = new Map<string, HostPool>();
  readonly #stopping = new AbortController();

  constructor({ network, clock, allowPrivate, allowedNetworks, authorities = [] }: OutboundOptions) {
    const allowed = addressSet(allowedNetworks);
    this.#clock = clock;
    this.#connect = {
      network,
      clock,
      mayReach: (address) => allowPrivate || isPublicAddress(address) || allowed(plainAddress(address)),
      ...(authorities.length === 0 ? {} : { authorities: createSecureContext({ ca: [...getCACertificates('default'), ...authorities] }) }),
    };
  }

  /** Throws OutboundError when there is no whole answer; any status is an answer. */
  async request(request: OutboundRequest): Promise<OutboundAnswer> {
    const { to, msMax, signal } = request;
    const host = this.#poolOf(to, request.headers['host'] ?? '');
    if (host.open >= requestsPerPoolMax) throw new OutboundError('busy', `too many requests to ${to.tlsName} are under way`);
    const ending = new AbortController();
    const stop = (): void => ending.abort(new OutboundError('stopped', 'the request was given up'));
    const timer = this.#clock.setTimer(msMax, () => ending.abort(new OutboundError('timeout', `${to.tlsName} did not answer in time`)));
    for (const given of [signal, this.#stopping.signal]) {
      if (given?.aborted === true) stop();
      given?.addEventListener('abort', stop, { once: true });
    }
    host.open += 1;
    try {
      return await exchange(host.pool, request, ending.signal);
    } catch (error) {
      if (ending.signal.aborted) throw ending.signal.reason;
      throw outboundError(error, to.tlsName);
    } finally {
      host.open -= 1;
      timer.cancel();
      for (const given of [signal, this.#stopping.signal]) given?.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#pools.values()].map(({ pool }) => pool.destroy()));
    this.#pools.clear();
  }

  #poolOf(to: Endpoint, hostHeader: string): HostPool {
    const key = JSON.stringify([to.host, to.port, to.tlsName, hostHeader]);
    const known = this.#pools.get(key);
    this.#pools.delete(key);
    const host = known ?? { pool: this.#newPool(to), open: 0 };
    this.#pools.set(key, host);
    const [oldest] = this.#pools;
    if (this.#pools.size > poolsMax && oldest !== undefined) {
      this.#pools.delete(oldest[0]);
      void oldest[1].pool.close();
    }
    return host;
  }

  #newPool(to: Endpoint): Pool {
    return new Pool(unusedOrigin, {
      connections: connectionsPerPool,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // Our clock bounds the whole request.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => void tellOutcome(secureConnect(to, this.#connect), callback),
    });
  }
}

async function tellOutcome(connecting: Promise<TLSSocket>, callback: buildConnector.Callback): Promise<void> {
  const [outcome] = await Promise.allSettled([connecting]);
  if (outcome.status === 'fulfilled') callback(null, outcome.value);
  else callback(outcome.reason as Error, null);
}

/** Whether a connection that had been idle was closed by the other side just when it was used again. */
function isBrokenConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function exchange(pool: Pool, request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
  const send = (): ReturnType<Pool['request']> =>
    pool.request({
      method: request.method,
      path: request.path,
      headers: request.headers,
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
  const answer = await send().catch((error: unknown) => {
    // Once more, where doing it twice is as good as doing it once.
    if (request.method === 'POST' || signal.aborted || !isBrokenConnection(error)) throw error;
    return send();
  });
  const headers = new Map(
    Object.entries(answer.headers).flatMap(([name, value]): [string, string][] => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name.toLowerCase(), first]];
    }),
  );
  // We ask for none, and what is small when it arrives may be great when it is unpacked.
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    discard(answer.body);
    throw new OutboundError('malformed', 'the answer is compressed, which was not asked for');
  }
  return { status: answer.statusCode, headers, bytes: await boundedBody(answer.body, headers, request.bytesMax) };
}

async function boundedBody(
  body: Readable & AsyncIterable<Uint8Array>,
  headers: ReadonlyMap<string, string>,
  bytesMax: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const tooLarge = (): OutboundError => new OutboundError('too-large', `the answer has more than ${bytesMax} bytes`);
  if (Number(headers.get('content-length') ?? 0) > bytesMax) {
    discard(body);
    throw tooLarge();
  }
  // Leaving the loop destroys the body, and with it the connection.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Ends the connection; that the body did not come to its end is no news. */
function discard(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

function outboundError(error: unknown, name: string): OutboundError {
  if (error instanceof OutboundError) return error;
  const { code = '', name: kind } = error as NodeJS.ErrnoException;
  if (kind === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new OutboundError('malformed', `what ${name} answered is not the HTTP that we read`, error);
  }
  return new OutboundError('unreachable', `the connection to ${name} broke${code === '' ? '' : ` (${code})`}`, error);
}
