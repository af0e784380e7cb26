import type { Glob } from './glob.ts';
import { compileGlob } from './glob.ts';
import { splitServerName } from './ids/server-name.ts';
import { own, ownArray } from './json/object.ts';
import type { JsonObject } from './json/value.ts';

/** Which servers may take part in a room, by its m.room.server_acl (https://spec.matrix.org/v1.19/client-server-api/#server-access-control-lists-acls-for-rooms). */
export type ServerAcl = { allows(serverName: string): boolean };

/**
 * Compiles the content of the event once. Names are compared without their port and without regard to case; a list that is none allows, or
 * denies, nobody. Time for each name is linear in the content's length, which an event's size bounds.
 */
export function compileServerAcl(content: JsonObject): ServerAcl {
  const allowed = globsOf(content, 'allow');
  const denied = globsOf(content, 'deny');
  const literals = own(content, 'allow_ip_literals') !== false;
  return {
    allows: (serverName) => {
      const parts = splitServerName(serverName);
      if (parts === undefined || (parts.kind !== 'dns' && !literals)) return false;
      // The brackets of an IPv6 literal belong to its name.
      const host = (parts.kind === 'ipv6' ? `[${parts.host}]` : parts.host).toLowerCase();
      return !denied.some((glob) => glob.matches(host)) && allowed.some((glob) => glob.matches(host));
    },
  };
}

function globsOf(content: JsonObject, list: string): readonly Glob[] {
  const patterns = ownArray(content, list) ?? [];
  const texts = new Set(patterns.filter((pattern) => typeof pattern === 'string').map((pattern) => pattern.toLowerCase()));
  return [...texts].map((pattern) => compileGlob(pattern));
}
