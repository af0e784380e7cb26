import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { endpointIndex } from './endpoint-index.ts';

/** By "METHOD /path/{template}": the kinds of answer that tests have seen, such as "200" or "404 M_NOT_FOUND". */
export type Evidence = ReadonlyMap<string, readonly string[]>;

export type DeclaredRoute = { readonly method: string; readonly path: string; readonly errors: readonly string[] };

/** Where the evidence of the last whole run is kept, so that the coverage page can be written without running all tests. */
export const evidenceFile = new URL('../../spec/generated/evidence.json', import.meta.url);

export function writtenEvidence(): Evidence {
  return new Map(Object.entries(JSON.parse(readFileSync(evidenceFile, 'utf8')) as Record<string, string[]>));
}

/** One line for each endpoint, so that a change shows which. */
export function evidenceText(evidence: Evidence): string {
  const lines = [...evidence]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, kinds]) => `  ${JSON.stringify(name)}: ${JSON.stringify(kinds)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** What record-answers.ts noted in a folder, by the routes of a server. What depends on the hour (429 and 5xx) is left out. */
export function recordedEvidence(folder: string, routes: readonly DeclaredRoute[]): Evidence {
  const routeOf = endpointIndex(routes);
  const found = new Map<string, Set<string>>();
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, file), 'utf8').trimEnd().split('\n')) {
      const [method = '', path = '', status = '', errcode = ''] = line.split('\t');
      const route = routeOf(method, path);
      if (route === undefined || status === '429' || status >= '500') continue;
      const name = `${method} ${route.path}`;
      const kinds = found.get(name) ?? new Set();
      found.set(name, kinds.add(errcode === '' ? status : `${status} ${errcode}`));
    }
  }
  return new Map([...found].map(([name, kinds]) => [name, [...kinds].sort()]));
}

/** What was shown once and is no more. */
export function lostEvidence(before: Evidence, now: Evidence): readonly string[] {
  return [...before].flatMap(([name, kinds]) =>
    kinds.filter((kind) => now.get(name)?.includes(kind) !== true).map((kind) => `${name}: ${kind}`),
  );
}

/** Refusals whose code the route does not declare, and that not every route has. */
export function undeclaredErrors(
  evidence: Evidence,
  routes: readonly DeclaredRoute[],
  ofEveryRoute: ReadonlySet<string>,
): readonly string[] {
  return routes.flatMap(({ method, path, errors }) => {
    const codes = codesOf(evidence.get(`${method} ${path}`) ?? []);
    return codes.filter((code) => !errors.includes(code) && !ofEveryRoute.has(code)).map((code) => `${method} ${path}: ${code}`);
  });
}

export function codesOf(kinds: readonly string[]): readonly string[] {
  return [...new Set(kinds.flatMap((kind) => kind.split(' ')[1] ?? []))];
}
