/** What somebody can do something about gets a sentence of its own. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  const where = port === undefined ? String(address) : `${address}:${port}`;
  if (code === 'EADDRINUSE')
    return `${where} is in use by another program. Stop that one, or give another address with HEARTH_LISTEN or HEARTH_METRICS_LISTEN.`;
  if (code === 'ECONNREFUSED') return `no database answers at ${where}. See HEARTH_DATABASE.`;
  if (code === 'EADDRNOTAVAIL') return `${where} is no address of this machine. See HEARTH_LISTEN and HEARTH_METRICS_LISTEN.`;
  if (code === 'EACCES' && port !== undefined)
    return `the system does not let this user listen on ${where}. Ports below 1024 are for a reverse proxy.`;
  return error.message;
}
