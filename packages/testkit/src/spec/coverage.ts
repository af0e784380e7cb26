import type { Endpoint, EndpointLists } from './types.ts';

/** What a server says that it serves; `{name}`, `:name` and `*` all stand for one parameter. */
export type ServedRoute = { readonly method: string; readonly path: string };

export type CoveredEndpoint = Endpoint & { readonly served: boolean };

export type Coverage = {
  readonly current: readonly CoveredEndpoint[];
  readonly of2015: readonly CoveredEndpoint[];
  readonly extra: readonly CoveredEndpoint[];
};

/** Which endpoints of the three lists are among the served routes. */
export function coverageOf(lists: EndpointLists, routes: Iterable<ServedRoute>): Coverage {
  const served = new Set<string>();
  for (const route of routes) served.add(shapeOf(route));
  const cover = (endpoints: readonly Endpoint[]): CoveredEndpoint[] =>
    endpoints.map((endpoint) => ({ ...endpoint, served: served.has(shapeOf(endpoint)) }));
  return { current: cover(lists.current), of2015: cover(lists.of2015), extra: cover(lists.extra) };
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
