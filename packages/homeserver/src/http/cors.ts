/** Paths that pages of any origin may use. Servers' own APIs and our pages are not among them. */
const open = ['/_matrix/', '/.well-known/matrix/', '/_synapse/'];
const closed = ['/_matrix/federation/', '/_matrix/key/', '/_matrix/static/'];

/**
 * The headers by which browsers let a page of any origin use the API
 * (https://spec.matrix.org/v1.19/client-server-api/#web-browser-clients). They stand on every answer of the API, errors included.
 */
export const corsHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'Origin, X-Requested-With, Content-Type, Accept, Authorization, If-Match',
  // Without this a page cannot read how long it should wait.
  'Access-Control-Expose-Headers': 'Retry-After, X-Request-Id',
};

/** What a preflight gets beyond that. Browsers cap the age themselves. */
export const preflightHeaders: Readonly<Record<string, string>> = { ...corsHeaders, 'Access-Control-Max-Age': '86400' };

/** Chrome asks this when a page from the internet, or from another host name, calls a server in a private network. */
export const privateNetworkHeader = 'Access-Control-Allow-Private-Network';

export function hasCors(path: string): boolean {
  return open.some((prefix) => path.startsWith(prefix)) && !closed.some((prefix) => path.startsWith(prefix));
}
