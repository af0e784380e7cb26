import type { ServerDoor } from '../http/server-door.ts';
import type { Slice } from '../slice.ts';
import { openOwnKeys } from './identity/own-keys.ts';
import { createServerDoor } from './inbound/check-request.ts';
import type { ReceivePdus } from './inbound/pdus.ts';
import { type AclOf, roomAdmission } from './inbound/room-admission.ts';
import { Transactions } from './inbound/transactions.ts';
import { KeyRing } from './keys/key-ring.ts';
import { createNotary } from './keys/notary.ts';
import { createDiscovery } from './outbound/discovery.ts';
import { type OutgoingEvent, routeEvents } from './outbound/queue/route-events.ts';
import { Sender } from './outbound/queue/sender.ts';
import { ServerClient } from './outbound/server-client.ts';
import { getServerKeys } from './server-api/get-server-keys.ts';
import { getVersion } from './server-api/get-version.ts';
import { getServerWellKnown } from './server-api/get-well-known.ts';
import { queryKeys } from './server-api/query-keys.ts';
import { sendTransaction } from './server-api/send-transaction.ts';
import { serverPolicy } from './server-policy.ts';
import type { CacheBudget, Clock, Network, Outbound, Random } from '@hearth/kit';
import { parseServerName, type SigningKey } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export type FederationDeps = {
  readonly database: Database;
  readonly network: Network;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
  readonly caches: CacheBudget;
  readonly signingKeys: ReadonlyMap<string, SigningKey>;
  /** Whom the server is for those who do not say whom they mean. */
  readonly domain: string;
  readonly version: string;
  readonly publicBaseurl: () => string;
  readonly receive: ReceivePdus;
  readonly aclOf: AclOf;
  readonly events: (numbers: readonly number[]) => Promise<readonly (OutgoingEvent | undefined)[]>;
  /** Identity of this node's life. */
  readonly holder: string;
  readonly onError: (server: string, error: unknown) => void;
  readonly settings: {
    readonly enabled: boolean;
    readonly allowedServers: readonly string[];
    readonly deniedServers: readonly string[];
    readonly trustedKeyServers: readonly string[];
  };
};

export type Federation = Slice & {
  readonly door: ServerDoor;
  /** Requests of ours to other servers. */
  readonly client: ServerClient;
  readonly keys: KeyRing;
  /** Begins to send what waits for others. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

/** How servers find, recognise and reach each other. */
export async function createFederation(deps: FederationDeps): Promise<Federation> {
  const { database, clock, caches, domain, settings } = deps;
  const ownKeys = await openOwnKeys(database, clock, deps.signingKeys);
  const policy = settings.enabled
    ? serverPolicy({ allowed: settings.allowedServers, denied: settings.deniedServers })
    : { allows: () => false };
  const client = new ServerClient({ ...deps, policy, ownKeys, discovery: createDiscovery(deps), userAgent: `Hearth/${deps.version}` });
  const notaries = settings.trustedKeyServers.map(parseServerName).filter((name) => name !== undefined);
  const keys = new KeyRing({ database, client, ownKeys, policy, notaries, clock, caches });
  const notary = createNotary({ ring: keys, ownKeys, clock, domain });
  const sender = new Sender({ ...deps, client, policy });
  const transactions = new Transactions({
    database,
    receive: deps.receive,
    ring: keys,
    admission: roomAdmission(deps.aclOf),
    heardFrom: (origin) => sender.heardFrom(origin),
  });
  const router = routeEvents({ ...deps, isOurs: ownKeys.isOurs, mayAsk: policy.allows, queued: () => sender.poke() });
  const routes = [
    getVersion(deps.version),
    getServerWellKnown(deps.publicBaseurl),
    ...getServerKeys(ownKeys, domain),
    ...queryKeys(notary),
    sendTransaction(transactions),
  ];
  return {
    name: 'federation',
    routes: settings.enabled ? routes : [],
    streams: [],
    jobs: [],
    projections: [],
    followers: settings.enabled ? [router] : [],
    door: createServerDoor({ ownKeys, ring: keys, policy, clock, domain }),
    client,
    keys,
    start: () => (settings.enabled ? sender.start() : undefined),
    stop: () => sender.stop(),
  };
}
