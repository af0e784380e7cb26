import type { Branded } from './brand.ts';

/** The name of a server: DNS name, IPv4 literal or `[IPv6]`, with an optional port. Compared case-sensitively. */
export type ServerName = Branded<'ServerName'>;

export type ServerNameParts = {
  /** Without the brackets of an IPv6 literal. */
  readonly host: string;
  readonly kind: 'dns' | 'ipv4' | 'ipv6';
  readonly port: number | undefined;
};

const form = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9A-Za-z.-]{1,255}))(?::([0-9]{1,5}))?$/;

/** `text` as a server name, or undefined when the grammar forbids it (https://spec.matrix.org/v1.19/appendices/#server-name). */
export function parseServerName(text: unknown): ServerName | undefined {
  return typeof text === 'string' && splitServerName(text) !== undefined ? (text as ServerName) : undefined;
}

/** The parts of a server name, or undefined when it is none. */
export function splitServerName(text: string): ServerNameParts | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, ipv6, name, portText] = match;
  const port = portText === undefined ? undefined : Number(portText);
  if (ipv6 !== undefined) return isIpv6(ipv6) ? { host: ipv6, kind: 'ipv6', port } : undefined;
  const host = name as string;
  return { host, kind: isIpv4(host) ? 'ipv4' : 'dns', port };
}

function isIpv4(text: string): boolean {
  const parts = text.split('.', 5);
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255);
}

/** RFC 3513, section 2.2: eight groups, one run of zeros may be `::`, the last two groups may be dotted. */
function isIpv6(text: string): boolean {
  const halves = text.split('::', 3);
  if (halves.length > 2) return false;
  const groups = halves.map(countGroups);
  if (groups.includes(undefined)) return false;
  const total = groups.reduce((sum: number, count) => sum + (count as number), 0);
  const dotted = text.indexOf('.');
  if (dotted >= 0 && text.indexOf(':', dotted) >= 0) return false;
  return halves.length === 2 ? total <= 7 : total === 8;
}

function countGroups(text: string): number | undefined {
  if (text === '') return 0;
  let count = 0;
  for (const group of text.split(':', 9)) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) count += 1;
    else if (isIpv4(group)) count += 2;
    else return undefined;
  }
  return count;
}
