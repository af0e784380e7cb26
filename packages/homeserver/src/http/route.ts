import type { JsonValue } from '@hearth/protocol';
import type { Static, TSchema } from 'typebox';

/** Who may call a route. `optional`: a token is checked if there is one. */
export type Authentication = 'none' | 'optional' | 'user' | 'guest' | 'admin';

/**
 * The API generation through which a request came in, told by its path prefix (http/prefixes.ts). Handlers look at it
 * only where an answer's shape differs: `v1` is `/_matrix/client/api/v1`, `v2a` is `/_matrix/client/v2_alpha`.
 */
export type Generation = 'v1' | 'v2a' | 'r0' | 'v3' | 'unstable';

/** Who asks. Numbers are the database's, ids are the API's. */
export type Requester = {
  readonly userId: string;
  readonly user: number;
  /** '' when the token belongs to no device. */
  readonly deviceId: string;
  readonly isGuest: boolean;
  readonly isAdmin: boolean;
};

/** What a handler gets: already authenticated, limited and validated. */
export type RouteRequest<Params, Query, Body> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly generation: Generation;
  /** The client's address, from trusted proxies only. */
  readonly ip: string;
  readonly userAgent: string | undefined;
  /** Ends when the client goes away or the server stops: long polls listen to it. */
  readonly signal: AbortSignal;
};

/** JSON to be serialised, or bytes that already are. */
export type RouteAnswer = JsonValue | object | PreparedJson | HtmlAnswer;

/** An answer whose bytes are ready: `application/json`. */
export type PreparedJson = { readonly preparedJson: Uint8Array };

/** A page: `text/html`, sent with the pages' content security policy. */
export type HtmlAnswer = { readonly html: string; readonly status?: number };

/** How a limit class is charged; http/rate-limit.ts has the table of classes. */
export type RateClass = 'none' | 'read' | 'write' | 'message' | 'join' | 'invite' | 'create-room' | 'login' | 'register' | 'sync' | 'media' | 'admin';

/**
 * One operation. `path` is written without prefix and generation, with `{name}` for parameters, such as
 * `/rooms/{roomId}/send/{eventType}/{txnId}`; `mount` says under which prefixes it is served.
 */
export type Route = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  /** `client`: every client prefix that carries today's routes (v3, r0, and v1/v2a of 2015). Else one or more full prefixes. */
  readonly mount: 'client' | readonly string[];
  readonly path: string;
  /** The specification's operationId, or our own name. */
  readonly operation: string;
  readonly auth: Authentication;
  readonly rate: RateClass;
  readonly query?: TSchema;
  /** Absent: the body is ignored. */
  readonly body?: TSchema;
  /** Error codes that this operation answers with, beyond the ones every route has. */
  readonly errors: readonly string[];
  /** Greatest body in bytes; 1 MiB unless said otherwise. */
  readonly bodyBytesMax?: number;
  readonly handle: (request: RouteRequest<never, never, never>, requester: never) => Promise<RouteAnswer>;
};

type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [key in Name]: string } & PathParams<Rest>
  : unknown;
type Typed<Schema extends TSchema | undefined> = Schema extends TSchema ? Static<Schema> : undefined;
type RequesterOf<Auth extends Authentication> = Auth extends 'none' ? undefined : Auth extends 'optional' ? Requester | undefined : Requester;

/** Declares a route so that its handler's types follow from path, schemas and authentication. */
export function route<
  const Path extends string,
  const Auth extends Authentication,
  Query extends TSchema | undefined = undefined,
  Body extends TSchema | undefined = undefined,
>(declared: {
  method: Route['method'];
  mount: Route['mount'];
  path: Path;
  operation: string;
  auth: Auth;
  rate: RateClass;
  query?: Query;
  body?: Body;
  errors: readonly string[];
  bodyBytesMax?: number;
  handle: (request: RouteRequest<PathParams<Path>, Typed<Query>, Typed<Body>>, requester: RequesterOf<Auth>) => Promise<RouteAnswer>;
}): Route {
  return declared as unknown as Route;
}
