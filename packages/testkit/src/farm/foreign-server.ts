import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

import { type Answer, createTestClient } from '../client/test-client.ts';
import type { TestHearth } from '../hearth.ts';
import type { FarmNetwork } from './farm-network.ts';
import { type Certificate, Outbound, systemClock } from '@hearth/kit';
import {
  canonicalJson,
  jsonObject,
  type JsonObject,
  type JsonValue,
  signingKeyFromSeed,
  type SigningKey,
  signJson,
  signText,
} from '@hearth/protocol';

/** Answers a request to the foreign server; undefined leaves it to the usual answers. */
export type ForeignAnswer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean | undefined;

export type ForeignServerOptions = {
  /** Goes before the usual answers; answers itself and says true, or leaves it. */
  readonly answer?: ForeignAnswer;
  /** The name that its certificate proves, if not its own. */
  readonly certificateOf?: string;
  /** What its key grows from, or the key itself. */
  readonly seed?: number;
  readonly key?: SigningKey;
  readonly validForMs?: number;
};

/** A server that is no Hearth: it has a name, a certificate and a key, publishes that, and says and asks whatever a test wants. */
export type ForeignServer = {
  readonly serverName: string;
  readonly key: SigningKey;
  readonly port: number;
  /** `METHOD /path` of every request that came. */
  readonly requests: string[];
  /** Its words about its keys. */
  readonly keyAnswer: () => JsonObject;
  /** The Authorization header for a request of this server; parts of what is signed can be replaced. */
  readonly authorization: (request: Omit<SignedParts, 'origin'> & Partial<SignedParts>) => string;
  /** A signed request to a Hearth. */
  readonly ask: (to: TestHearth, method: string, uri: string, content?: JsonObject) => Promise<Answer>;
  readonly stop: () => Promise<void>;
};

type SignedParts = {
  readonly method: string;
  readonly uri: string;
  readonly origin: string;
  readonly destination: string;
  readonly content?: JsonValue;
};

const dayMs = 24 * 60 * 60_000;

export async function startForeignServer(
  serverName: string,
  certificate: Certificate,
  authority: string,
  network: FarmNetwork,
  options: ForeignServerOptions,
): Promise<ForeignServer> {
  const clock = systemClock();
  const key = options.key ?? signingKeyFromSeed(new Uint8Array(32).fill(options.seed ?? 77), 'ed25519:foreign');
  if (key === undefined) throw new Error('the seed makes no key');
  const requests: string[] = [];
  const keyAnswer = (): JsonObject => {
    const keys = { [key.keyId]: jsonObject({ key: key.publicKey }) };
    const validUntil = clock.now() + (options.validForMs ?? dayMs);
    return signJson(jsonObject({ server_name: serverName, valid_until_ts: validUntil, verify_keys: jsonObject(keys) }), serverName, key);
  };

  const sockets = new Set<Socket>();
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push(`${request.method} ${request.url}`);
      if (options.answer?.(request, response, Buffer.concat(parts)) === true) return;
      const known = request.url?.startsWith('/_matrix/key/v2/server') === true;
      response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end(known ? canonicalJson(keyAnswer()) : '{"errcode":"M_UNRECOGNIZED"}');
    });
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const authorization: ForeignServer['authorization'] = ({ method, uri, destination, content, origin = serverName }) => {
    const text = canonicalJson(jsonObject({ method, uri, origin, destination, content }), 'legacy');
    return `X-Matrix origin="${origin}",destination="${destination}",key="${key.keyId}",sig="${signText(text, key)}"`;
  };
  const outbound = new Outbound({
    network: network.from(serverName),
    clock,
    allowPrivate: false,
    allowedNetworks: [],
    authorities: [authority],
  });

  return {
    serverName,
    key,
    port: (server.address() as AddressInfo).port,
    requests,
    keyAnswer,
    authorization,
    ask: async (to, method, uri, content) => {
      const name = to.server.serverName;
      // Over the network of the farm, so that it can be cut off too.
      const client = createTestClient({
        baseUrl: `https://${name}`,
        fetch: async (sent) => {
          const answer = await outbound.request({
            to: { host: name, port: 8448, tlsName: name },
            method: sent.method as 'GET',
            path: uri,
            headers: { ...sent.headers, host: name },
            bytesMax: 64 * 1024 * 1024,
            msMax: 30_000,
            ...(sent.body === undefined ? {} : { body: sent.body }),
          });
          return { status: answer.status, headers: Object.fromEntries(answer.headers), bytes: answer.bytes };
        },
      });
      const signed = authorization({ method, uri, destination: name, ...(content === undefined ? {} : { content }) });
      return client.request(method, uri, {
        headers: { authorization: signed },
        ...(content === undefined ? {} : { body: Buffer.from(canonicalJson(content, 'legacy')) }),
      });
    },
    stop: async () => {
      await outbound.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
