import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type HearthOptions, startHearth, type TestHearth } from '../hearth.ts';
import { FarmNetwork } from './farm-network.ts';
import { startForeignServer, type ForeignServer, type ForeignServerOptions } from './foreign-server.ts';
import { type Certificate, makeCertificate } from '@hearth/kit';

/**
 * Several Hearths in this process that reach each other by name, over real TLS on the loopback interface, with certificates of an
 * authority of their own. Servers that are no Hearth, and may lie, join them by `foreign`.
 */
export type Farm = {
  readonly network: FarmNetwork;
  /** Starts a Hearth of this name. It is at port 8448 of the host of that name. */
  readonly start: (serverName: string, options?: FarmHearthOptions) => Promise<TestHearth>;
  readonly foreign: (serverName: string, options?: ForeignServerOptions) => Promise<ForeignServer>;
  /** Stops all of them. */
  readonly stop: () => Promise<void>;
};

type FarmHearthOptions = Omit<HearthOptions, 'network' | 'dataDir'> & {
  /** The line of its key's file, for a test that must sign as it; else it makes a key. */
  readonly signingKey?: string;
};

const federationPort = 8448;
const httpsPort = 443;

export async function startFarm(): Promise<Farm> {
  const home = await mkdtemp(join(tmpdir(), 'hearth-farm-'));
  const network = new FarmNetwork();
  const authority = certificate(['The authority of the farm']);
  const authorityFile = join(home, 'authority.pem');
  await writeFile(authorityFile, authority.cert);
  const stops: (() => Promise<void>)[] = [];

  const start: Farm['start'] = async (serverName, options = {}) => {
    const dataDir = await mkdtemp(join(home, 'server-'));
    const { cert, key } = certificate([serverName], authority);
    const files = { cert: join(dataDir, 'tls.pem'), key: join(dataDir, 'tls.key') };
    await writeFile(files.cert, cert);
    await writeFile(files.key, key);
    if (options.signingKey !== undefined) await writeFile(join(dataDir, 'signing.key'), options.signingKey);
    const env = {
      HEARTH_SERVER_NAME: serverName,
      HEARTH_LISTEN_TLS: '127.0.0.1:0',
      HEARTH_TLS_CERT: files.cert,
      HEARTH_TLS_KEY: files.key,
      HEARTH_FEDERATION_CA: authorityFile,
      ...options.env,
    };
    const hearth = await startHearth({ ...options, env, dataDir, network: network.from(serverName) });
    const onFarm = (started: TestHearth): TestHearth => {
      const port = portOf(started);
      for (const each of [federationPort, httpsPort]) network.serve(serverName, each, port);
      let running = true;
      const stop = async (): Promise<void> => {
        if (running) await started.stop();
        running = false;
      };
      stops.push(stop);
      const restart = async (): Promise<TestHearth> => {
        running = false;
        return onFarm(await started.restart());
      };
      return { ...started, stop, restart };
    };
    return onFarm(hearth);
  };

  const foreign: Farm['foreign'] = async (serverName, options = {}) => {
    const { certificateOf = serverName } = options;
    const server = await startForeignServer(serverName, certificate([certificateOf], authority), authority.cert, network, options);
    for (const each of [federationPort, httpsPort]) network.serve(serverName, each, server.port);
    stops.push(server.stop);
    return server;
  };

  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
    await rm(home, { recursive: true, force: true });
  };
  return { network, start, foreign, stop };
}

function portOf({ server }: TestHearth): number {
  const secure = server.urls.find((url) => url.startsWith('https:'));
  if (secure === undefined) throw new Error('a server of the farm must listen with TLS');
  return Number(new URL(secure).port);
}

function certificate(names: readonly string[], issuer?: Certificate): Certificate {
  const dates = { notBeforeMs: Date.UTC(2020, 0), notAfterMs: Date.UTC(2099, 0) };
  return makeCertificate({ names, ...dates, ...(issuer === undefined ? { authority: true } : { issuer }) });
}
