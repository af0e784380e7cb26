import { serviceOrder } from './service-order.ts';
import { fetchWellKnown, type WellKnown } from './well-known.ts';
import type { Cache, CacheBudget, Clock, Endpoint, Network, Outbound, Random } from '@hearth/kit';
import { type ServerName, splitServerName } from '@hearth/protocol';

/** Where a server is reached: places in the order in which they are tried, and what the header Host says there. */
export type Whereabouts = { readonly endpoints: readonly Endpoint[]; readonly hostHeader: string };

export type DiscoveryDeps = {
  readonly network: Pick<Network, 'services'>;
  readonly outbound: Pick<Outbound, 'request'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly caches: CacheBudget;
};

export type Discovery = {
  /** Where a server is, by its name. Never throws: a server that says nothing is where its name says. */
  find(serverName: ServerName): Promise<Whereabouts>;
};

const defaultPort = 8448;
/** Node does not tell how long a record lives. */
const recordsKeptMs = 5 * 60_000;
/** `_matrix._tcp` is the older name. */
const services = ['_matrix-fed._tcp', '_matrix._tcp'] as const;

type Kept<T> = { readonly value: T; readonly until: number };

/** Resolving server names (https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names). */
export function createDiscovery(deps: DiscoveryDeps): Discovery {
  const { network, outbound, clock, random, caches } = deps;
  const wellKnowns = new SharedLookups<WellKnown>(clock, caches.cache({ name: 'well-known', sizeOf: () => 300 }));
  const places = new SharedLookups<Whereabouts>(clock, caches.cache({ name: 'server-places', sizeOf: () => 1000 }));

  const wellKnownOf = (host: string): Promise<WellKnown> =>
    wellKnowns.of(
      host,
      () => fetchWellKnown(outbound, clock, host),
      ({ forMs }) => forMs,
    );

  /** A name without a port: by its services, else at the usual port. */
  const byServices = async (name: string): Promise<Whereabouts> => {
    for (const service of services) {
      const records = await network.services(`${service}.${name}`).catch(() => []);
      const ordered = serviceOrder(records, random);
      if (ordered.length > 0) {
        return { endpoints: ordered.map(({ host, port }) => ({ host: host.replace(/\.$/, ''), port, tlsName: name })), hostHeader: name };
      }
    }
    return { endpoints: [{ host: name, port: defaultPort, tlsName: name }], hostHeader: name };
  };

  /** Steps 3.1 to 3.5, and 1, 2, 4 to 6 for a name that points nowhere else. */
  const placesOf = async (name: ServerName): Promise<Whereabouts> => {
    const { host, kind, port } = partsOf(name);
    if (kind === 'dns' && port === undefined)
      return places.of(
        host,
        () => byServices(host),
        () => recordsKeptMs,
      );
    return { endpoints: [{ host, port: port ?? defaultPort, tlsName: host }], hostHeader: name };
  };

  return {
    find: async (serverName) => {
      const { host, kind, port } = partsOf(serverName);
      if (kind !== 'dns' || port !== undefined) return placesOf(serverName);
      const { server } = await wellKnownOf(host);
      return placesOf(server ?? serverName);
    },
  };
}

function partsOf(name: ServerName): NonNullable<ReturnType<typeof splitServerName>> {
  const parts = splitServerName(name);
  if (parts === undefined) throw new Error(`${name} passed as a server name and is none`);
  return parts;
}

/** Answers that are kept for a while; who asks while a question is under way waits for its answer. */
class SharedLookups<T extends object> {
  readonly #clock: Clock;
  readonly #kept: Cache<string, Kept<T>>;
  readonly #underWay = new Map<string, Promise<T>>();
  constructor(clock: Clock, kept: Cache<string, Kept<T>>) {
    this.#clock = clock;
    this.#kept = kept;
  }

  async of(key: string, ask: () => Promise<T>, forMs: (value: T) => number): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > this.#clock.monotonic()) return kept.value;
    let asked = this.#underWay.get(key);
    if (asked === undefined) {
      asked = ask().finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, asked);
    }
    const value = await asked;
    this.#kept.set(key, { value, until: this.#clock.monotonic() + forMs(value) });
    return value;
  }
}
