/** Where to listen. */
export type ListenAddress = { readonly host: string; readonly port: number };

/** Reads `127.0.0.1:8008`, `[::1]:8008`, `localhost:8008` or `*:8008` (all interfaces); undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535) return undefined;
  return { host: host === '*' ? '::' : host, port };
}

/** The address as it stands in a URL. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
