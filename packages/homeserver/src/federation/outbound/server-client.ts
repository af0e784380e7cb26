import type { OwnKeys } from '../identity/own-keys.ts';
import type { ServerPolicy } from '../server-policy.ts';
import { formatXMatrix, signedRequestText } from '../x-matrix.ts';
import type { Discovery } from './discovery.ts';
import { type Clock, type Outbound, type OutboundAnswer, OutboundError, type OutboundFailure } from '@hearth/kit';
import { canonicalJson, type JsonObject, type JsonValue, parseJson, type ServerName, signText } from '@hearth/protocol';

export type ServerQuestion = {
  readonly to: ServerName;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Path and query, percent-encoded. */
  readonly uri: string;
  readonly content?: JsonObject;
  /** For which of our domains the question is signed; absent: it is not. */
  readonly from?: string;
  readonly bytesMax: number;
  readonly msMax: number;
  readonly signal?: AbortSignal;
};

export type ServerAnswer = { readonly status: number; readonly body: JsonValue };

/** Why there is no answer of a server. `denied`: the operator deals not with it. `local`: it is this one. */
export class NoAnswer extends Error {
  readonly why: OutboundFailure | 'denied' | 'local';
  constructor(why: NoAnswer['why'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoAnswer';
    this.why = why;
  }
}

export type ServerClientDeps = {
  readonly outbound: Pick<Outbound, 'request'>;
  readonly discovery: Discovery;
  readonly policy: ServerPolicy;
  readonly ownKeys: OwnKeys;
  readonly clock: Clock;
  readonly userAgent: string;
};

/** Failures after which the server may still be found at its next place. */
const triesNext: ReadonlySet<OutboundFailure> = new Set(['unreachable', 'refused-address', 'certificate']);

/** Requests of ours to other servers: found by name, signed, their answers parsed by the strict door. */
export class ServerClient {
  readonly #deps: ServerClientDeps;
  constructor(deps: ServerClientDeps) {
    this.#deps = deps;
  }

  /** Any status with a JSON body is an answer. Throws NoAnswer. */
  async ask(question: ServerQuestion): Promise<ServerAnswer> {
    const { status, bytes } = await this.#send(question);
    const parsed = parseJson(bytes, { numbers: 'legacy', bytesMax: question.bytesMax });
    if (!parsed.ok)
      throw new NoAnswer('malformed', `${question.to} answered ${status} with what is not JSON that we read: ${parsed.reason}`);
    return { status, body: parsed.value };
  }

  async #send(question: ServerQuestion): Promise<OutboundAnswer> {
    const { outbound, discovery, policy, ownKeys, clock, userAgent } = this.#deps;
    const { to, method, uri, content, bytesMax, signal } = question;
    if (ownKeys.isOurs(to)) throw new NoAnswer('local', `${to} is this server`);
    if (!policy.allows(to)) throw new NoAnswer('denied', `this server has nothing to do with ${to}`);
    const end = clock.monotonic() + question.msMax;
    const { endpoints, hostHeader } = await discovery.find(to);
    const body = content === undefined ? undefined : canonicalJson(content, 'legacy');
    const headers: Record<string, string> = {
      host: hostHeader,
      'user-agent': userAgent,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(question.from === undefined ? {} : { authorization: authorization(question, question.from, ownKeys) }),
    };
    let failure = new OutboundError('unreachable', `${to} is nowhere`);
    for (const endpoint of endpoints) {
      try {
        return await outbound.request({
          to: endpoint,
          method,
          path: uri,
          headers,
          bytesMax,
          msMax: end - clock.monotonic(),
          ...(body === undefined ? {} : { body }),
          ...(signal === undefined ? {} : { signal }),
        });
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        failure = error;
        if (!triesNext.has(error.why)) break;
      }
    }
    throw new NoAnswer(failure.why, failure.message, failure);
  }
}

function authorization({ to, method, uri, content }: ServerQuestion, from: string, ownKeys: OwnKeys): string {
  const key = ownKeys.current(from);
  const text = signedRequestText({ method, uri, origin: from, destination: to, content });
  return formatXMatrix({ origin: from as ServerName, destination: to, keyId: key.keyId, signature: signText(text, key) });
}
