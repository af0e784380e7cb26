import { BlockList, isIP, isIPv4 } from 'node:net';

/** The address of a client, from the socket's other end and the X-Forwarded-For header. */
export type ClientAddress = (remoteAddress: string | undefined, forwardedFor: string | string[] | undefined) => string;

/** How many entries of X-Forwarded-For are looked at, from the end: more proxies than that stand in no row. */
const hopsMax = 16;

/**
 * Believes X-Forwarded-For only as far as it was written by trusted proxies: from its end, the first address that is not one of
 * theirs is the client. Throws on an address or network (`10.0.0.0/8`) that is none.
 */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = addressSet(trustedProxies);
  return (remoteAddress, forwardedFor) => {
    let client = plainAddress(remoteAddress ?? '');
    if (forwardedFor === undefined || trustedProxies.length === 0) return client;
    const hops = (Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor).split(',').slice(-hopsMax);
    for (let hop = hops.pop(); hop !== undefined && trusted(client); hop = hops.pop()) {
      const next = plainAddress(hop.trim());
      // What is not an address cannot have been written by a proxy that we trust.
      if (isIP(next) === 0) break;
      client = next;
    }
    return client;
  };
}

/** Tells whether an address is among these addresses and networks. */
export function addressSet(entries: readonly string[]): (address: string) => boolean {
  const set = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (isIP(address) === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 'ipv4' ? 32 : 128)))) {
      throw new RangeError(`${entry} is neither an address nor a network such as 10.0.0.0/8`);
    }
    if (bits === undefined) set.addAddress(address, family);
    else set.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && set.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** An IPv4 address that a socket for both kinds shows as IPv6 is written as what it is. */
export function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address);
  return (
    mapped?.[1] ??
    address
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/%.*$/, '')
      .toLowerCase()
  );
}
