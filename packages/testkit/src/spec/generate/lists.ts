import type { Endpoint } from '../types.ts';

/** The endpoint list of the current version: api, method, path, operation, auth, rate, status, file. */
export function currentEndpoints(text: string): Endpoint[] {
  return rows(text).map((row) => ({
    api: row('api'),
    method: row('method'),
    path: row('path'),
    operation: row('operation'),
    auth: row('auth'),
    rateLimited: row('rate') !== '',
    deprecated: row('status') === 'deprecated',
    group: groupName(row('file')),
  }));
}

/**
 * The list of 2015 names the calls of the application service and the push gateway too; their paths
 * are relative to an address that the other side chose.
 */
export function endpointsOf2015(text: string): Endpoint[] {
  const seen = new Set<string>();
  return rows(text).flatMap((row) => {
    const group = groupName(row('file'));
    const endpoint = { api: apiOf2015(group), method: row('method'), path: row('path').replace(/^\/\//, '/'), group };
    const key = `${endpoint.method} ${endpoint.path}`;
    // Two operations are described twice, once for each thing they can do.
    if (seen.has(key)) return [];
    seen.add(key);
    return [endpoint];
  });
}

/**
 * Endpoints that no list of the specification has. Remarks of that list are prose and stay behind,
 * except that "PUT, DELETE too" in one of them stands for two more endpoints.
 */
export function extraEndpoints(text: string): Endpoint[] {
  return rows(text).flatMap((row) => {
    const further = /\b([A-Z]+(?:, [A-Z]+)*) too\b/.exec(row('seen as'))?.[1]?.split(', ') ?? [];
    return [row('method'), ...further].map((method) => ({
      api: apiOfPath(row('path')),
      method,
      path: row('path'),
      auth: row('auth'),
      source: row('source'),
      group: row('source'),
    }));
  });
}

type Row = (column: string) => string;

function rows(text: string): Row[] {
  const [head = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const columns = head.split('\t').map((name) => name.trim());
  return lines.map((line) => {
    const cells = line.split('\t');
    return (column) => (cells[columns.indexOf(column)] ?? '').trim();
  });
}

function groupName(file: string): string {
  return file.replace(/\.yaml$/, '').replaceAll('_', '-');
}

function apiOf2015(group: string): string {
  if (group === 'application-service') return 'application-service';
  return group === 'push-notifier' ? 'push-gateway' : 'client-server';
}

function apiOfPath(path: string): string {
  if (path.startsWith('/_matrix/federation/') || path.startsWith('/_matrix/key/')) return 'server-server';
  return path.startsWith('/_synapse/') ? 'admin' : 'client-server';
}
