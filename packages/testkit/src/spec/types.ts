/**
 * The shape of the generated data in `packages/testkit/spec/generated/`: the Matrix specification's operations
 * and schemas, without any prose.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

/** A JSON Schema 2020-12; `$ref` points into the `$defs` of the same document. */
export type Schema = JsonObject | boolean;

export type ApiName = 'client-server' | 'server-server' | 'application-service' | 'identity' | 'push-gateway';

export const API_NAMES: readonly ApiName[] = ['client-server', 'server-server', 'application-service', 'identity', 'push-gateway'];

export type Parameter = {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
};

export type Body = {
  /** Media types in the order of the specification; empty when there is no body. */
  readonly contentTypes: readonly string[];
  /** The schema of the JSON form; absent when the body is not JSON or nothing is said about it. */
  readonly schema?: Schema;
};

export type RequestBody = Body & { readonly required: boolean };

export type Operation = {
  readonly api: ApiName;
  readonly operationId: string;
  readonly method: string;
  /** Full path template from the first slash, with `{name}` for parameters. */
  readonly path: string;
  /** As in the endpoint list: none, token, token?, x-matrix, as_token, hs_token. */
  readonly auth: string;
  readonly rateLimited: boolean;
  readonly deprecated: boolean;
  readonly pathParameters: readonly Parameter[];
  readonly queryParameters: readonly Parameter[];
  readonly request?: RequestBody;
  /** By status code, "200" and so on. */
  readonly responses: Readonly<Record<string, Body>>;
};

/** One file of `packages/testkit/spec/generated/`: an API's operations and the schemas that they share. */
export type ApiDocument = {
  readonly api: ApiName;
  readonly operations: readonly Operation[];
  readonly $defs: Readonly<Record<string, Schema>>;
};

/**
 * `state` and `message` are room events; `event` covers ephemeral events, account data and to-device
 * messages, which the specification's schemas do not tell apart.
 */
export type EventKind = 'state' | 'message' | 'event';

export type EventSchema = {
  readonly type: string;
  /** Narrower shape of the same type, for instance a msgtype of m.room.message. */
  readonly variant?: string;
  readonly kind: EventKind;
  readonly content: Schema;
  readonly stateKey?: Schema;
};

export type EventDocument = {
  readonly events: readonly EventSchema[];
  readonly $defs: Readonly<Record<string, Schema>>;
};

/** One line of an endpoint list. */
export type Endpoint = {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly operation?: string;
  readonly auth?: string;
  readonly rateLimited?: boolean;
  readonly deprecated?: boolean;
  /** Where an endpoint that no list of the specification has comes from. */
  readonly source?: string;
  /** Name of the document that describes it; the coverage page groups by it. */
  readonly group: string;
};

export type EndpointLists = {
  /** The specification's current version. */
  readonly current: readonly Endpoint[];
  /** The client-server API as it was in December 2015. */
  readonly of2015: readonly Endpoint[];
  /** What today's clients ask for although no list of the specification has it. */
  readonly extra: readonly Endpoint[];
};
