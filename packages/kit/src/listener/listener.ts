import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import type { Clock } from '../clock.ts';
import type { Log } from '../log/log.ts';
import { formatAddress, type ListenAddress } from './address.ts';
import { type CertificateFiles, readCertificate, watchCertificate } from './certificate-files.ts';
import { countConnections, loopbackNetworks } from './connection-count.ts';
import { defaultLimits, type ListenerLimits } from './limits.ts';
import { answerMalformed } from './malformed.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export type ListenerOptions = {
  readonly addresses: readonly ListenAddress[];
  /** Given: the listener speaks TLS, and takes up a new certificate when the files change. */
  readonly tls?: CertificateFiles;
  readonly handle: RequestHandler;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<ListenerLimits>;
  /** Addresses and networks whose connections are not counted: proxies speak for many. */
  readonly trustedProxies?: readonly string[];
  /** Connections from this very machine are not counted either, unless a test says so. */
  readonly countsLoopback?: boolean;
  /** Headers on the answers to what is not HTTP, such as those for browsers. */
  readonly malformedHeaders?: Readonly<Record<string, string>>;
};

export type Listener = {
  /** Where it really listens: port 0 has become a number. */
  readonly addresses: readonly ListenAddress[];
  /** `http://127.0.0.1:8008` for each address. */
  readonly urls: readonly string[];
  /** Takes no more connections, closes idle ones at once, lets what is under way finish for a while, then cuts. May be called again. */
  stop(): Promise<void>;
};

/** Opens all addresses, or none and throws. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const limits = { ...defaultLimits, ...options.limits };
  const { tls, clock, log } = options;
  const certificate = tls === undefined ? undefined : await readCertificate(tls);
  const uncounted = [...(options.countsLoopback === true ? [] : loopbackNetworks), ...(options.trustedProxies ?? [])];
  const count = countConnections(limits.connectionsPerAddressMax, uncounted);
  const servers: Server[] = [];
  let stopping: Promise<void> | undefined;

  const handle: RequestHandler = (request, response) => {
    if (stopping !== undefined) response.setHeader('Connection', 'close');
    options.handle(request, response);
  };
  const settings = {
    maxHeaderSize: limits.headBytesMax,
    headersTimeout: limits.headMsMax,
    requestTimeout: limits.requestMsMax,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: limits.idleMsMax,
    insecureHTTPParser: false,
    // The handler says what is wrong with a request that has none.
    requireHostHeader: false,
    joinDuplicateHeaders: false,
    noDelay: true,
  };
  for (const _ of options.addresses) {
    const server =
      certificate === undefined
        ? createServer(settings, handle)
        : createTlsServer(
            { ...settings, ...certificate, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'], handshakeTimeout: limits.handshakeMsMax },
            handle,
          );
    server.maxConnections = limits.connectionsMax;
    server.maxRequestsPerSocket = limits.requestsPerConnectionMax;
    // Only a bound for the parser: who sends more than 100 headers is told so by the handler.
    server.maxHeadersCount = 2000;
    server.on('connection', count);
    server.on('clientError', (error, socket) => answerMalformed(error, socket, options.malformedHeaders ?? {}));
    servers.push(server);
  }

  try {
    for (const [index, server] of servers.entries()) {
      const address = options.addresses[index] ?? { host: '127.0.0.1', port: 0 };
      await listen(server, address);
      server.on('error', (error) => log.error('a listener failed', { address: formatAddress(address), error }));
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  const certificates =
    tls === undefined
      ? undefined
      : watchCertificate(
          tls,
          clock,
          (fresh) => {
            for (const server of servers)
              (server as unknown as { setSecureContext(options: object): void }).setSecureContext({ ...fresh, minVersion: 'TLSv1.2' });
            log.info('the certificate was renewed', { file: tls.cert });
          },
          (error) => log.error('the new certificate cannot be used; the old one stays', { file: tls.cert, error }),
        );

  const addresses = servers.map((server) => {
    const { address, port } = server.address() as AddressInfo;
    return { host: address, port };
  });
  return {
    addresses,
    urls: addresses.map((address) => `${tls === undefined ? 'http' : 'https'}://${formatAddress(address)}`),
    stop() {
      certificates?.close();
      stopping ??= Promise.all(servers.map((server) => drain(server, clock, limits.drainMsMax))).then(() => undefined);
      return stopping;
    },
  };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** How often a stopping server looks for connections that have become idle. */
const lookForIdleMs = 50;

function drain(server: Server, clock: Clock, drainMsMax: number): Promise<void> {
  return new Promise((resolve) => {
    let idle = clock.setTimer(0, closeIdle);
    const cut = clock.setTimer(drainMsMax, () => server.closeAllConnections());
    function closeIdle(): void {
      server.closeIdleConnections();
      idle = clock.setTimer(lookForIdleMs, closeIdle);
    }
    server.close(() => {
      idle.cancel();
      cut.cancel();
      resolve();
    });
  });
}
