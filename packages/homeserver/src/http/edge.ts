import type { IncomingMessage, ServerResponse } from 'node:http';

import { authenticate, type TokenLookup, tokenOf } from './authenticate.ts';
import { corsHeaders, hasCors, preflightHeaders, privateNetworkHeader } from './cors.ts';
import { MatrixError } from './errors.ts';
import { isOpenToLocked, refuseSuspended } from './held-back.ts';
import { createObserver, type Finished, type RequestLogging } from './observe.ts';
import { page } from './page.ts';
import { parseBody, parseJsonBody } from './parse-body.ts';
import { type Mounted, mountsOf } from './prefixes.ts';
import { readQuery } from './query.ts';
import type { RateLimiter } from './rate-limit.ts';
import { BodyReader, ClientGone, discardBody } from './read-body.ts';
import { checkHead } from './request-head.ts';
import { type Outgoing, outgoing, outgoingError, send } from './respond.ts';
import type { Generation, OtherServer, Requester, Route } from './route.ts';
import { createRouter } from './router.ts';
import { authorizationsOf, type ServerClaim, type ServerDoor } from './server-door.ts';
import { originForm, parseTarget, type Target } from './target.ts';
import { translateError, unavailable } from './translate-error.ts';
import { checkBody } from './validate.ts';
import { type ClientAddress, type Clock, html, type Log, type Metrics, type Random, withLogContext } from '@hearth/kit';

/*
 * The HTTP edge: what stands between a socket and a route's handler. A request goes through the steps of `serve` in their order;
 * whichever of them throws decides the answer, and every answer leaves through one door (`respond.ts`), with the headers that
 * browsers need. It is a plain handler of node:http, so any listener of @hearth/kit can carry it.
 */

export type HttpEdgeOptions = {
  readonly routes: readonly Route[];
  readonly lookupToken: TokenLookup;
  /** Who finds out which other server asks; without it no route may be for servers. */
  readonly serverDoor?: ServerDoor;
  readonly limiter: RateLimiter;
  /** The client's address, from kit's `clientAddress(trustedProxies)`. */
  readonly clientAddress: ClientAddress;
  /** False until the server may answer, for example while migrations run: all but pages answer 503. */
  readonly ready: () => boolean;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logRequests?: RequestLogging;
  /** After how long a client that does not read its answer is cut; 30 s unless a test says otherwise. */
  readonly stallMsMax?: number;
};

export type HttpEdge = {
  /** For a listener. Never throws, never rejects. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Ends the signals of all requests, those under way and those still to come, so that long polls answer at once. */
  readonly stop: () => void;
  /** Every method and path that is served. */
  readonly routeList: () => readonly ListedRoute[];
  /** How many requests ended in a mistake of the program. Tests assert 0. */
  readonly unexpectedErrors: () => number;
};

export type ListedRoute = {
  readonly path: string;
  readonly generation: Generation;
} & Pick<Route, 'method' | 'operation' | 'auth' | 'errors' | 'query' | 'body' | 'bodyFormat'>;

/** Greatest body of a route that names none. */
const bodyBytesMax = 1024 * 1024;

export function createHttpEdge(options: HttpEdgeOptions): HttpEdge {
  const { clock, limiter, log, metrics, serverDoor } = options;
  if (serverDoor === undefined && options.routes.some(({ auth }) => auth === 'server')) {
    throw new Error('there are routes for other servers, and nobody who knows those');
  }
  const router = createRouter(options.routes.flatMap(mountsOf));
  const observer = createObserver(log, metrics, options.logRequests ?? 'all');
  const bodies = new BodyReader(clock);
  const requestIds = requestIdSource(options.random);
  const open = new Set<Exchange>();
  let stopped = false;
  metrics.gauge('hearth_http_requests_open', 'Requests that wait for their answer.', { collect: () => open.size });

  async function serve(exchange: Exchange): Promise<Outgoing> {
    const { request, ip, userAgent } = exchange;
    // 1. Is the head of the request sound?
    checkHead(request);
    const target = parseTarget(request.url ?? '/');
    // 2. A preflight asks what is allowed in general; no token, no route, no limit.
    if (request.method === 'OPTIONS' && exchange.cors) return preflight(request);
    // 3. Which route is it?
    const { mounted, params } = findRoute(exchange, target);
    const { route } = mounted;
    if (!options.ready() && !exchange.page) throw unavailable('This server is starting. Try again shortly.');
    // 4. Who asks, and may they ask so often?
    const claim = route.auth === 'server' ? serverDoor?.claimOf(authorizationsOf(request)) : undefined;
    const requester = await identify(exchange, route, target);
    refuseSuspended(route, requester);
    limiter.charge(route.rate, ip, requester);
    // 5. What do they say?
    const query = route.query === undefined ? undefined : readQuery(route.query, target.query);
    const bytes = route.body === undefined ? undefined : await bodies.read(request, route.bodyBytesMax ?? bodyBytesMax);
    const body = claim === undefined ? bytes && parseBody(route, bytes) : await signedBody(exchange, route, claim, bytes);
    // 6. The answer.
    const call = {
      params,
      query,
      body,
      generation: mounted.generation,
      ip,
      userAgent,
      ifMatch: request.headers['if-match'],
      header: (name: string) => headerOf(request, name),
      stream: (bytesMax: number) => bodies.stream(request, bytesMax),
      get signal() {
        return exchange.signal;
      },
    };
    return outgoing(await route.handle(call as never, (exchange.server ?? requester) as never));
  }

  /** What another server says; it is looked at only when that server has proved that it says it. */
  async function signedBody(exchange: Exchange, route: Route, claim: ServerClaim, bytes: Buffer | undefined): Promise<unknown> {
    const { method = '', url: uri = '' } = exchange.request;
    const content = bytes === undefined || bytes.length === 0 ? undefined : parseJsonBody(bytes, route);
    await claim.verify({ method, uri, content });
    exchange.server = { serverName: claim.origin };
    if (route.body !== undefined) checkBody(route.body, content ?? {});
    return content;
  }

  async function identify(exchange: Exchange, route: Route, { query }: Target): Promise<Requester | undefined> {
    const { auth } = route;
    if (auth === 'none' || auth === 'server') return undefined;
    const { request, ip, userAgent } = exchange;
    try {
      const use = { ip, userAgent, query, openToLocked: isOpenToLocked(route) };
      exchange.requester = await authenticate(auth, tokenOf(request, query), use, options.lookupToken);
      return exchange.requester;
    } catch (error) {
      if (error instanceof MatrixError && error.errcode === 'M_UNKNOWN_TOKEN') limiter.unknownToken(ip);
      throw error;
    }
  }

  function findRoute(exchange: Exchange, target: Target): { readonly mounted: Mounted; readonly params: Record<string, string> } {
    const found = router.find(exchange.request.method ?? 'GET', target.segments);
    if (found.mounted !== undefined) {
      exchange.mounted = found.mounted;
      const params = Object.create(null) as Record<string, string>;
      for (const [index, name] of found.mounted.names.entries()) params[name] = found.params[index] ?? '';
      return { mounted: found.mounted, params };
    }
    if (found.allow.length === 0) throw new MatrixError('M_UNRECOGNIZED');
    exchange.allow = found.allow;
    throw new MatrixError('M_UNRECOGNIZED', `This request is possible with ${found.allow.join(', ')} only.`, { status: 405 });
  }

  /** What goes wrong becomes an answer here, and only here. Undefined: nobody is left to answer. */
  function answerTo(error: unknown, exchange: Exchange): Outgoing | undefined {
    if (error instanceof ClientGone || exchange.response.destroyed) return undefined;
    const known = translateError(error);
    if (known === undefined) observer.unexpected(error, operationOf(exchange));
    const told =
      known ??
      new MatrixError('M_UNKNOWN', `Something went wrong on this server. Its administrator finds it in the log as ${exchange.id}.`, {
        status: 500,
      });
    exchange.errcode = told.errcode;
    return exchange.page && !wantsJson(exchange.request) ? errorPage(told) : outgoingError(told);
  }

  /** An answer that was begun cannot become another: the client sees that it is not whole. */
  function cutShort(error: unknown, exchange: Exchange): void {
    if (translateError(error) === undefined) observer.unexpected(error, operationOf(exchange));
    exchange.response.destroy();
  }

  async function run(exchange: Exchange): Promise<void> {
    const answer = await serve(exchange).catch((error: unknown) => answerTo(error, exchange));
    if (answer === undefined) exchange.response.destroy();
    else await send(exchange.response, answer, exchange.headers(), options.stallMsMax).catch((error: unknown) => cutShort(error, exchange));
    if (!exchange.request.complete) discardBody(exchange.request, clock);
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const started = clock.monotonic();
    const ip = options.clientAddress(request.socket.remoteAddress, request.headers['x-forwarded-for']);
    const exchange = new Exchange(request, response, requestIds(), ip);
    open.add(exchange);
    if (stopped) exchange.abort();
    response.on('close', () => {
      open.delete(exchange);
      if (!response.writableFinished) exchange.abort();
      observer.finished(summary(exchange, (clock.monotonic() - started) / 1000));
    });
    withLogContext({ requestId: exchange.id }, () => {
      run(exchange).catch((error: unknown) => {
        observer.unexpected(error, operationOf(exchange));
        response.destroy();
      });
    });
  }

  return {
    handle,
    stop: () => {
      stopped = true;
      for (const exchange of open) exchange.abort();
    },
    routeList: () =>
      router.mounted
        .map(({ route, template, generation }) => ({
          path: template,
          generation,
          method: route.method,
          operation: route.operation,
          auth: route.auth,
          errors: route.errors,
          ...(route.query === undefined ? {} : { query: route.query }),
          ...(route.body === undefined ? {} : { body: route.body }),
          ...(route.bodyFormat === undefined ? {} : { bodyFormat: route.bodyFormat }),
        }))
        .sort((a, b) => (a.path + a.method < b.path + b.method ? -1 : 1)),
    unexpectedErrors: () => observer.unexpectedErrors,
  };
}

/** A request and what is found out about it on its way. */
class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  readonly ip: string;
  readonly userAgent: string | undefined;
  readonly cors: boolean;
  /** A path of a web page: errors there are pages too. */
  readonly page: boolean;
  mounted: Mounted | undefined;
  requester: Requester | undefined;
  server: OtherServer | undefined;
  errcode: string | undefined;
  allow: readonly string[] | undefined;
  #controller: AbortController | undefined;
  #aborted = false;
  constructor(request: IncomingMessage, response: ServerResponse, id: string, ip: string) {
    this.request = request;
    this.response = response;
    this.id = id;
    this.ip = ip;
    this.userAgent = request.headers['user-agent'];
    const path = originForm(request.url ?? '/');
    this.cors = hasCors(path);
    this.page = !path.startsWith('/_') && !path.startsWith('/.well-known/');
  }

  /** Made when somebody asks for it: most requests are answered before anyone could hang up. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = this.cors ? { 'X-Request-Id': this.id, ...corsHeaders } : { 'X-Request-Id': this.id };
    if (this.allow !== undefined) headers['Allow'] = this.allow.join(', ');
    return headers;
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function preflight(request: IncomingMessage): Outgoing {
  const privateNetwork = request.headers['access-control-request-private-network'] === 'true' ? { [privateNetworkHeader]: 'true' } : {};
  return { ...outgoing({}), headers: { ...outgoing({}).headers, ...preflightHeaders, ...privateNetwork } };
}

function operationOf(exchange: Exchange): string {
  return exchange.mounted?.route.operation ?? (exchange.request.method === 'OPTIONS' ? 'preflight' : 'unknown');
}

function summary(exchange: Exchange, seconds: number): Finished {
  const { request, response, mounted, ip, requester, server, errcode } = exchange;
  return {
    requestId: exchange.id,
    method: request.method ?? '',
    template: mounted?.template ?? '',
    operation: operationOf(exchange),
    // What nginx writes for a client that did not wait for its answer.
    status: response.headersSent ? response.statusCode : 499,
    seconds,
    ip,
    user: requester?.userId ?? server?.serverName,
    errcode,
  };
}

function wantsJson(request: IncomingMessage): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}

function errorPage(error: MatrixError): Outgoing {
  const [title, text] =
    error.status === 404 ? ['There is nothing here', 'This page does not exist on this server.'] : ['That did not work', error.message];
  const body = html`<h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/">About this server</a></p>`;
  return outgoing({ html: page({ title, body }), status: error.status });
}

/** Short ids that differ between starts: a random part for the process, then a running number. */
function requestIdSource(random: Random): () => string {
  const start = random.token(36);
  let next = 0;
  return () => `${start}-${(next++).toString(36)}`;
}
