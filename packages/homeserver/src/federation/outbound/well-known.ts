import { type Clock, type Outbound, OutboundError } from '@hearth/kit';
import { isJsonObject, own, parseJson, parseServerName, type ServerName } from '@hearth/protocol';

/** What a host says at /.well-known/matrix/server, and for how long. Without `server` it says nothing that can be used. */
export type WellKnown = { readonly server: ServerName | undefined; readonly forMs: number };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Bounds of the times that hosts ask for; without one, a day (https://spec.matrix.org/v1.19/server-server-api/#getwell-knownmatrixserver). */
const keptMsMin = 5 * minuteMs;
const keptMsMax = 48 * hourMs;
const keptMsUsual = 24 * hourMs;
/** What is not there may come at any time; a host that cannot be reached, sooner. */
const absentMs = hourMs;
const unreachableMs = 2 * minuteMs;

const bytesMax = 50 * 1024;
/** All hops together. */
const msMax = 10_000;
const redirectsMax = 5;
const httpsPort = 443;

/** Asks a host; never throws. */
export async function fetchWellKnown(outbound: Pick<Outbound, 'request'>, clock: Clock, host: string): Promise<WellKnown> {
  const address = `https://${host}/.well-known/matrix/server`;
  if (!URL.canParse(address)) return { server: undefined, forMs: absentMs };
  try {
    return await fetchFrom(outbound, clock, new URL(address));
  } catch (error) {
    if (error instanceof OutboundError) return { server: undefined, forMs: error.why === 'too-large' ? absentMs : unreachableMs };
    throw error;
  }
}

async function fetchFrom(outbound: Pick<Outbound, 'request'>, clock: Clock, first: URL): Promise<WellKnown> {
  let url = first;
  const nothing = { server: undefined, forMs: absentMs };
  const end = clock.monotonic() + msMax;
  for (let hop = 0; hop <= redirectsMax; hop += 1) {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const answer = await outbound.request({
      to: { host, port: url.port === '' ? httpsPort : Number(url.port), tlsName: host },
      method: 'GET',
      path: url.pathname + url.search,
      headers: { host: url.host, accept: 'application/json' },
      bytesMax,
      msMax: end - clock.monotonic(),
    });
    if (answer.status === 200) return read(answer.bytes, answer.headers);
    const next = answer.status >= 300 && answer.status < 400 ? locationOf(answer.headers.get('location'), url) : undefined;
    if (next === undefined) return nothing;
    url = next;
  }
  return nothing;
}

/** Redirects lead from HTTPS to HTTPS; the outbound agent looks at each hop's address. */
function locationOf(location: string | undefined, base: URL): URL | undefined {
  if (location === undefined || !URL.canParse(location, base)) return undefined;
  const url = new URL(location, base);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url : undefined;
}

function read(bytes: Uint8Array, headers: ReadonlyMap<string, string>): WellKnown {
  const parsed = parseJson(bytes, { numbers: 'any', bytesMax });
  const server = parsed.ok && isJsonObject(parsed.value) ? parseServerName(own(parsed.value, 'm.server')) : undefined;
  return server === undefined ? { server, forMs: absentMs } : { server, forMs: keptMs(headers) };
}

function keptMs(headers: ReadonlyMap<string, string>): number {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(',');
  const asked = directives.map((each) => /^\s*max-age\s*=\s*"?(\d{1,10})"?\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
  if (directives.some((each) => /^\s*no-(store|cache)\b/.test(each))) return keptMsMin;
  return Math.min(keptMsMax, Math.max(keptMsMin, asked === undefined ? keptMsUsual : Number(asked) * 1000));
}
