/**
 * The server names that are ours. One is configured today, several will be: nothing asks for "the" server name but what
 * has to make a new id, and that says for which request it does.
 */
export type Domains = {
  /** For what no request decides; the first configured name. */
  readonly first: string;
  isLocal(serverName: string): boolean;
};

export function domainsOf(names: readonly [string, ...string[]]): Domains {
  const known = new Set(names);
  return {
    first: names[0],
    isLocal: (serverName) => known.has(serverName),
  };
}
