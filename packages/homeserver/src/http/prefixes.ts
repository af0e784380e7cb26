import type { Generation, Route } from './route.ts';
import { parameterName, segmentsOf } from './segments.ts';

/** The prefixes under which routes are mounted, by name. The one table of them. */
export const prefixes = {
  /** Today's stable client routes of their own versions. */
  v1: ['/_matrix/client/v1'],
  v3: ['/_matrix/client/v3', '/_matrix/client/r0'],
  /** Clients of 2015; `registration` is known under a second spelling. */
  api2015v1: ['/_matrix/client/api/v1'],
  api2015v2: ['/_matrix/client/v2_alpha', '/_matrix/client/api/v2_alpha'],
  mediaToday: ['/_matrix/media/v3', '/_matrix/media/r0'],
  media2015: ['/_matrix/media/v1'],
  /** Deleting account data. */
  msc3391: ['/_matrix/client/unstable/org.matrix.msc3391', '/_matrix/client/v3'],
  /** Authenticated media before they were stable. */
  msc3916: ['/_matrix/client/unstable/org.matrix.msc3916'],
  /** Calls, and threads that people follow. */
  msc4143: ['/_matrix/client/unstable/org.matrix.msc4143'],
  msc4306: ['/_matrix/client/unstable/io.element.msc4306'],
  msc4308: ['/_matrix/client/unstable/io.element.msc4308'],
  /** Delayed events. */
  msc4140: ['/_matrix/client/unstable/org.matrix.msc4140'],
  /** Dehydrated devices. */
  msc3814: ['/_matrix/client/unstable/org.matrix.msc3814.v1'],
  msc1763: ['/_matrix/client/unstable/org.matrix.msc1763'],
  /** Mutual rooms and room summaries, before they were stable. */
  msc2666: ['/_matrix/client/unstable/uk.half-shot.msc2666'],
  msc3266: ['/_matrix/client/unstable/im.nheko.summary'],
  /** Sliding sync (MSC4186), under the name by which clients know it. */
  msc4186: ['/_matrix/client/unstable/org.matrix.simplified_msc3575'],
  /** Suspending and locking accounts. */
  msc4323: ['/_matrix/client/unstable/uk.timedout.msc4323'],
  /** What no specification has. */
  hearth: ['/_matrix/client/unstable/hearth'],
  synapseAdmin: ['/_synapse/admin/v1'],
  /** What servers ask each other; how they learn each other's keys. */
  federationV1: ['/_matrix/federation/v1'],
  keyV2: ['/_matrix/key/v2'],
  wellKnown: ['/.well-known/matrix'],
  /** Pages and what has its full path written out. */
  root: [''],
} as const;

/** Where a route with `mount: 'client'` is served, and what generation a prefix tells. */
const clientMounts = [...prefixes.v3, ...prefixes.api2015v1, ...prefixes.api2015v2];

/** What other prefixes tell; those that are not here belong to today's generation. */
const generations: readonly (readonly [string, Generation])[] = [
  ['/_matrix/client/api/v1', 'v1'],
  ['/_matrix/client/api/v2_alpha', 'v2a'],
  ['/_matrix/client/v2_alpha', 'v2a'],
  ['/_matrix/client/r0', 'r0'],
  ['/_matrix/client/unstable', 'unstable'],
  ['/_matrix/media/v1', 'v1'],
  ['/_matrix/media/r0', 'r0'],
];

/** One place where a route is served. */
export type Mounted = {
  readonly route: Route;
  readonly generation: Generation;
  /** Prefix and path, with `{name}` for parameters. */
  readonly template: string;
  /** The names of the template's parameters, in order. */
  readonly names: readonly string[];
  /** True for a route that names its prefixes: it goes before one that is mounted with all of today's. */
  readonly explicit: boolean;
};

/** Every place where a route is served. */
export function mountsOf(route: Route): readonly Mounted[] {
  const explicit = route.mount !== 'client';
  const mounts: readonly string[] = route.mount === 'client' ? clientMounts : route.mount;
  return mounts.map((prefix) => {
    const template = `${prefix === '/' ? '' : prefix.replace(/\/$/, '')}${route.path}`;
    const names = segmentsOf(template)
      .map(parameterName)
      .filter((name) => name !== undefined);
    return { route, generation: generationOf(template), template, names, explicit };
  });
}

function generationOf(path: string): Generation {
  return generations.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? 'v3';
}
