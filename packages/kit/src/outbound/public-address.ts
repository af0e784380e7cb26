import { BlockList, isIP } from 'node:net';

import { plainAddress } from '../client-address.ts';

/** What is not on the internet, or not one machine of it (the registries of RFC 6890 and IANA's special-purpose addresses). */
const closedV4 = blockListOf('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]);

/** All of the internet's IPv6 addresses are in the first of these; inside it, tunnels (Teredo, 6to4) and examples are not to be reached. */
const openV6 = blockListOf('ipv6', ['2000::/3']);
const closedV6 = blockListOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
/** How a network without IPv4 writes an IPv4 address (RFC 6052): that is what counts then. */
const translated = blockListOf('ipv6', ['64:ff9b::/96']);

/** Whether an address is one of the public internet. What is no address at all is not. */
export function isPublicAddress(address: string): boolean {
  const plain = plainAddress(address);
  switch (isIP(plain)) {
    case 4:
      return !closedV4.check(plain, 'ipv4');
    case 6:
      if (translated.check(plain, 'ipv6')) return !closedV4.check(lastFourBytes(plain), 'ipv4');
      return openV6.check(plain, 'ipv6') && !closedV6.check(plain, 'ipv6');
    default:
      return false;
  }
}

/** The IPv4 address at the end of an IPv6 one. */
function lastFourBytes(address: string): string {
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (last.includes('.')) return last;
  // The URL parser writes an address in its one shortest form, in which `::` stands for the longest run of zeros.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::').at(-1)?.split(':') ?? [];
  const [high, low] = ['0', '0', ...groups].slice(-2).map((group) => Number.parseInt(group === '' ? '0' : group, 16)) as [number, number];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

function blockListOf(family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
