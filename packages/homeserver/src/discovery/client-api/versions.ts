import { route, type Route } from '../../http/route.ts';

/** Specification versions whose client-server API this server speaks; what is missing of them is in docs/coverage.md. */
const versions = [
  'r0.0.1',
  'r0.1.0',
  'r0.2.0',
  'r0.3.0',
  'r0.4.0',
  'r0.5.0',
  'r0.6.0',
  'r0.6.1',
  ...Array.from({ length: 19 }, (_, index) => `v1.${index + 1}`),
];

/** Signals of single features, for clients that look for them instead of a version. Only what is really served. */
const unstableFeatures = {
  'org.matrix.msc2285.stable': true,
  'org.matrix.msc3391': true,
  'org.matrix.msc3890': true,
  'org.matrix.msc3916.stable': true,
  'org.matrix.msc4140': true,
  'org.matrix.msc4143': true,
  'org.matrix.msc4306': true,
  'org.matrix.msc4354': true,
  'org.matrix.msc4222': true,
  'org.matrix.simplified_msc3575': true,
  'org.matrix.e2e_cross_signing': true,
  'uk.timedout.msc4323': true,
  'org.matrix.msc4155': true,
  'org.matrix.msc4380': true,
  'org.matrix.msc4380.stable': true,
  'uk.half-shot.msc2666.query_mutual_rooms': true,
  'uk.half-shot.msc2666.query_mutual_rooms.stable': true,
} as const;

/** GET /_matrix/client/versions. */
export function getVersions(): Route {
  return route({
    method: 'GET',
    mount: ['/_matrix/client'],
    path: '/versions',
    operation: 'getVersions',
    auth: 'optional',
    rate: 'none',
    errors: [],
    handle: async () => ({ versions, unstable_features: unstableFeatures }),
  });
}
