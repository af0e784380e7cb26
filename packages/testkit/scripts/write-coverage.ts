/**
 * Writes docs/coverage.md from the homeserver's route table.
 *
 *     node --conditions=source packages/testkit/scripts/write-coverage.ts [routes.json]
 *
 * Without an argument it asks `routeList()` of the homeserver; with one it reads a JSON list of
 * {method, path}.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { coveragePage } from '../src/spec/coverage-page.ts';
import type { ServedRoute } from '../src/spec/coverage.ts';

const file = process.argv[2];
const routes = file === undefined ? await routesOfHomeserver() : readRoutes(file);
writeFileSync(join(import.meta.dirname, '../../../docs/coverage.md'), coveragePage(routes));

function readRoutes(path: string): ServedRoute[] {
  return JSON.parse(readFileSync(path, 'utf8')) as ServedRoute[];
}

async function routesOfHomeserver(): Promise<Iterable<ServedRoute>> {
  const homeserver = (await import('@hearth/homeserver')) as { routeList?: () => Iterable<ServedRoute> };
  if (homeserver.routeList === undefined) throw new Error('@hearth/homeserver does not export routeList()');
  return homeserver.routeList();
}
