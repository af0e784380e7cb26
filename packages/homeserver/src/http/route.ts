import type { Static, TSchema } from 'typebox';

import type { Reply } from './reply.ts';
import type { Html } from '@hearth/kit';
import type { JsonValue } from '@hearth/protocol';

/** Who may call a route. `optional`: a token is checked if there is one. `server`: another server, by its signature on the request. */
export type Authentication = 'none' | 'optional' | 'user' | 'guest' | 'admin' | 'server';

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
  /** May read and leave, and little else (http/held-back.ts). Absent: no. */
  readonly isSuspended?: boolean;
};

/** Which other server asks, where servers do: it has proved its name. */
export type OtherServer = { readonly serverName: string };

/** What a handler gets: already authenticated, limited and validated. */
export type RouteRequest<Params, Query, Body> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly generation: Generation;
  /** The client's address; X-Forwarded-For counts only from trusted proxies. */
  readonly ip: string;
  readonly userAgent: string | undefined;
  /** The header If-Match. */
  readonly ifMatch: string | undefined;
  /** A header of the request, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** The body as it comes, for routes without a `body` of their own. 413 M_TOO_LARGE beyond `bytesMax`. */
  readonly stream: (bytesMax: number) => AsyncIterable<Buffer>;
  /** Ends when the client goes away or the server stops: long polls listen to it. */
  readonly signal: AbortSignal;
};

/** JSON to be serialised with status 200, bytes that already are, a page, or a `Reply` (http/reply.ts) for anything else. */
export type RouteAnswer = JsonValue | object | PreparedJson | StreamedJson | HtmlAnswer | Reply;

/** An answer whose bytes are ready: `application/json`. */
export type PreparedJson = { readonly preparedJson: Uint8Array };

/** A long answer whose text is made while it is sent: `application/json`. What fails on the way cuts the connection. */
export type StreamedJson = { readonly jsonParts: AsyncIterable<string> };

/**
 * A page: `text/html`, sent with the pages' content security policy. Made with the `html` tag of @hearth/kit, which escapes;
 * a plain string is not taken, because an answer's JSON could be mistaken for a page.
 */
export type HtmlAnswer = { readonly html: Html; readonly status?: number };

/** How a limit class is charged; http/rate-limit.ts has the table of classes. */
export type RateClass =
  | 'none'
  | 'read'
  | 'write'
  | 'message'
  | 'join'
  | 'invite'
  | 'create-room'
  | 'login'
  | 'register'
  | 'sync'
  | 'media'
  | 'admin'
  // Dear ones: key queries, search and lists of rooms or people, mail and text messages.
  | 'keys'
  | 'search'
  | 'report'
  | 'mail'
  // What other servers ask.
  | 'federation';

/**
 * One operation. `path` is written without prefix and generation, with `{name}` for parameters, such as
 * `/rooms/{roomId}/send/{eventType}/{txnId}`; `mount` says under which prefixes it is served.
 */
export type Route = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  /**
   * `client`: every client prefix that carries today's routes (v3, r0, and v1/v2a of 2015). Else one or more full prefixes, for
   * which prefixes.ts has names; a route with its own prefixes goes before a `client` one of the same method and path.
   */
  readonly mount: 'client' | readonly string[];
  /** One final slash more or less makes no difference, here and in requests. */
  readonly path: string;
  /** The specification's operationId, or our own name. */
  readonly operation: string;
  readonly auth: Authentication;
  readonly rate: RateClass;
  readonly query?: TSchema;
  /** Absent: the body is ignored. An empty body counts as `{}`. */
  readonly body?: TSchema;
  /** `form`: the body is that of an HTML form (texts only). Default `json`. */
  readonly bodyFormat?: 'json' | 'form';
  /** `canonical` where the body becomes an event's content: fractions and great numbers are refused as M_BAD_JSON. Default `any`; `legacy` for what servers sign. */
  readonly bodyNumbers?: 'any' | 'canonical' | 'legacy';
  /** Error codes that this operation answers with, beyond `errorsOfEveryRoute`. A whole run of the tests compares them with the answers. */
  readonly errors: readonly string[];
  /** Greatest body in bytes; 1 MiB unless said otherwise. */
  readonly bodyBytesMax?: number;
  readonly handle: (request: RouteRequest<never, never, never>, requester: never) => Promise<RouteAnswer>;
};

type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [key in Name]: string } & PathParams<Rest>
  : unknown;
type Typed<Schema extends TSchema | undefined> = Schema extends TSchema ? Static<Schema> : undefined;
type RequesterOf<Auth extends Authentication> = Auth extends 'none'
  ? undefined
  : Auth extends 'optional'
    ? Requester | undefined
    : Auth extends 'server'
      ? OtherServer
      : Requester;

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
  bodyFormat?: 'json' | 'form';
  bodyNumbers?: 'any' | 'canonical' | 'legacy';
  errors: readonly string[];
  bodyBytesMax?: number;
  handle: (request: RouteRequest<PathParams<Path>, Typed<Query>, Typed<Body>>, requester: RequesterOf<Auth>) => Promise<RouteAnswer>;
}): Route {
  return declared as unknown as Route;
}
