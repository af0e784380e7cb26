/**
 * The server names that are ours. One is configured today, several will be: nothing asks for "the" server name but what
 * has to make a new id, and that says for which request it does.
 */
export type Domains = {
  /** For what no request decides; the first configured name. */
  readonly first: string;
  readonly all: readonly string[];
  isLocal(serverName: string): boolean;
  /** The domain that a request without a token speaks to, by its Host header; the first when that is unknown. */
  ofHost(host: string | undefined): string;
};

export function domainsOf(names: readonly [string, ...string[]]): Domains {
  const known = new Set(names);
  return {
    first: names[0],
    all: names,
    isLocal: (serverName) => known.has(serverName),
    ofHost: (host) => (host !== undefined && known.has(host) ? host : names[0]),
  };
}
