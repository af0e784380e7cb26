import type { Evidence } from '../evidence/evidence.ts';
import { codesOf } from '../evidence/evidence.ts';
import { allOperations } from './specification.ts';
import type { Specification } from './specification.ts';
import type { Endpoint } from './types.ts';

/** What a server says that it serves; `{name}`, `:name` and `*` all stand for one parameter. */
export type ServedRoute = { readonly method: string; readonly path: string; readonly errors?: readonly string[] };

export type CoveredEndpoint = Endpoint & {
  readonly served: boolean;
  /** What no test has seen: `success`, a status that the specification names, a code that the route declares. */
  readonly notShown: readonly string[];
};

export type Coverage = {
  readonly current: readonly CoveredEndpoint[];
  readonly of2015: readonly CoveredEndpoint[];
  readonly extra: readonly CoveredEndpoint[];
};

/** Which endpoints of the three lists are among the served routes, and what of each the tests have shown. */
export function coverageOf(
  { endpoints: lists, ...spec }: Pick<Specification, 'apis' | 'endpoints'>,
  routes: Iterable<ServedRoute>,
  evidence: Evidence,
): Coverage {
  const served = new Map<string, ServedRoute>();
  for (const route of routes) served.set(shapeOf(route), route);
  const specified = Map.groupBy(allOperations(spec), shapeOf);
  const cover = (endpoint: Endpoint): CoveredEndpoint => {
    const route = served.get(shapeOf(endpoint));
    if (route === undefined) return { ...endpoint, served: false, notShown: [] };
    const operations = specified.get(shapeOf(endpoint)) ?? [];
    const refusals = operations.flatMap(({ responses }) => Object.keys(responses)).filter(isRefusal);
    const shown = evidence.get(`${route.method} ${route.path}`) ?? [];
    return { ...endpoint, served: true, notShown: missingKinds(shown, refusals, route.errors ?? []) };
  };
  return { current: lists.current.map(cover), of2015: lists.of2015.map(cover), extra: lists.extra.map(cover) };
}

/** A limited rate is the same for all operations and shown once for all. */
function isRefusal(status: string): boolean {
  return status.startsWith('4') && status !== '429';
}

function missingKinds(shown: readonly string[], refusals: readonly string[], codes: readonly string[]): readonly string[] {
  const statuses = new Set(shown.map((kind) => kind.split(' ')[0] ?? ''));
  const shownCodes = codesOf(shown);
  return [
    ...([...statuses].some((status) => status < '400') ? [] : ['success']),
    ...[...new Set(refusals)].filter((status) => !statuses.has(status)),
    ...codes.filter((code) => !shownCodes.includes(code)),
  ];
}

export function missingFrom(endpoints: readonly CoveredEndpoint[]): readonly CoveredEndpoint[] {
  return endpoints.filter((endpoint) => !endpoint.served);
}

/** Method and path with all parameters alike and no slash at the end, so that names do not matter. */
function shapeOf({ method, path }: ServedRoute): string {
  const segments = path.replace(/\/+$/, '').split('/');
  const shape = segments.map((segment) => (/^(?:\{.*\}|:.*|\*)$/.test(segment) ? '{}' : segment));
  return `${method.toUpperCase()} ${shape.join('/')}`;
}
