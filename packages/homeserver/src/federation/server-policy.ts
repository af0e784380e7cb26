import { compileGlob, splitServerName } from '@hearth/protocol';

/** With which servers this one deals at all. */
export type ServerPolicy = { allows(serverName: string): boolean };

/**
 * Patterns with `*` and `?`, compared with the host without its port and without regard to case, as in the ACL of a room: who runs a server
 * at one port of a host can run one at another. Denied beats allowed; without an allow list all are allowed.
 */
export function serverPolicy({
  allowed,
  denied,
}: {
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}): ServerPolicy {
  const open = allowed.length === 0 ? undefined : matcher(allowed);
  const closed = matcher(denied);
  return {
    allows: (serverName) => {
      const parts = splitServerName(serverName);
      if (parts === undefined) return false;
      const host = parts.host.toLowerCase().replace(/\.$/, '');
      return !closed(host) && (open === undefined || open(host));
    },
  };
}

function matcher(patterns: readonly string[]): (host: string) => boolean {
  const globs = patterns.map((pattern) => compileGlob(pattern.toLowerCase().replace(/^\[(.*)\]$/, '$1')));
  return (host) => globs.some((glob) => glob.matches(host));
}
