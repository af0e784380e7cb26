import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';

/** One answer to a question for a service (RFC 2782). */
export type ServiceRecord = { readonly host: string; readonly port: number; readonly priority: number; readonly weight: number };

/** The network that a server reaches others by. Names and connections are asked for here and nowhere else, so that a test can be the network. */
export interface Network {
  /** The addresses of a host name; none when there are none. Throws when nobody can tell. */
  addresses(host: string): Promise<readonly string[]>;
  /** The SRV records of a name such as `_matrix-fed._tcp.example.org`, likewise. */
  services(name: string): Promise<readonly ServiceRecord[]>;
  /** Begins a TCP connection to an address. */
  connect(address: string, port: number): Socket;
}

/** For one server of the resolver; a second try goes to the next. */
const resolveMsMax = 3_000;
const resolveTries = 2;

/** Answers that say that there is nothing, which is an answer too. */
const nothing = new Set(['ENOTFOUND', 'ENODATA']);

/** The machine's network. It asks the name servers itself: getaddrinfo would hold threads that the disk needs while a name server is silent. */
export function systemNetwork(): Network {
  const resolver = new Resolver({ timeout: resolveMsMax, tries: resolveTries });
  return {
    addresses: async (host) => {
      if (isIP(host) !== 0) return [host];
      const name = host.toLowerCase().replace(/\.$/, '');
      // RFC 6761: no name server knows it.
      if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'];
      const listed = hostsFileAddresses(await readFile('/etc/hosts', 'utf8').catch(() => ''), name);
      if (listed.length > 0) return listed;
      const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      // IPv4 first: many machines have IPv6 addresses that lead nowhere.
      const found = [...(v4.status === 'fulfilled' ? v4.value : []), ...(v6.status === 'fulfilled' ? v6.value : [])];
      if (found.length === 0) throwUnlessNothing(v4);
      if (found.length === 0) throwUnlessNothing(v6);
      return found;
    },
    services: async (name) => {
      try {
        const records = await resolver.resolveSrv(name);
        return records.map(({ name: host, port, priority, weight }) => ({ host, port, priority, weight }));
      } catch (error) {
        if (nothing.has((error as NodeJS.ErrnoException).code ?? '')) return [];
        throw error;
      }
    },
    connect: (address, port) => connect({ host: address, port, noDelay: true, keepAlive: true }),
  };
}

function throwUnlessNothing(outcome: PromiseSettledResult<unknown>): void {
  if (outcome.status === 'rejected' && !nothing.has((outcome.reason as NodeJS.ErrnoException).code ?? '')) throw outcome.reason;
}

/** What the file of the machine's own names says of a name in lower case. */
export function hostsFileAddresses(text: string, name: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((each) => each.toLowerCase() === name) ? [address] : [];
  });
}
