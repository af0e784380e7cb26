import { join } from 'node:path/posix';

import type { Import } from './imports.ts';
import { isTestFile } from './packages.ts';

const root = 'packages/homeserver/src/';

/** Files that wire everything together, and folders of programs that do. */
const composition = /^(main|server|serve|index|account-rows)\.ts$|^(cli|program)\//;

/** The folders that are no slices, and what each must not import. What is not named here is a slice. */
const spine: Record<string, readonly string[]> = {
  engine: ['federation'],
  federation: ['engine'],
  streams: ['engine', 'federation'],
  jobs: ['engine', 'federation'],
  http: ['engine', 'federation'],
  'client-events': ['federation'],
  config: ['engine', 'federation', 'http', 'streams', 'jobs'],
  testing: [],
};

/** Why a file of the homeserver may not make this import, or undefined when it may. */
export function homeserverProblem(file: string, { specifier, typeOnly }: Import): string | undefined {
  if (!file.startsWith(root) || !specifier.startsWith('.') || isTestFile(file)) return undefined;
  const from = file.slice(root.length);
  const to = join(from, '..', specifier);
  const [area, target] = [areaOf(from), areaOf(to)];
  if (composition.test(from)) return undefined;
  if (to.includes('testing/')) return `${to} is only for tests`;
  if (composition.test(to)) return `only the composition root is above all: nothing imports ${to}`;
  if (area === target) return area !== undefined && !(area in spine) ? roleProblem(from, to) : undefined;
  if (target === undefined) return undefined;
  if (target in spine)
    return area !== undefined && spine[area]?.includes(target) ? `${area} must not import ${target}: server.ts connects them` : undefined;
  if (area === undefined || area in spine) return `${area ?? from} must not know the slice ${target}`;
  if (area === 'sync') return 'sync imports no slice: a slice hands in its section';
  if (to !== `${target}/index.ts`) return `another slice is known only by its door: import ${target}/index.ts`;
  return typeOnly ? undefined : `of another slice only types are known; server.ts hands over the object: use "import type"`;
}

/** Inside a slice: the edge calls the service, the service the store, never the other way and never past it. */
function roleProblem(from: string, to: string): string | undefined {
  const role = roleOf(from);
  const target = roleOf(to);
  if (role === 'edge' && target === 'store') return 'an endpoint, EDU or job never imports a store: ask the service';
  if (role === 'store' && (target === 'service' || target === 'edge'))
    return `a store never imports a ${target === 'edge' ? 'route' : 'service'}`;
  if (role === 'service' && target === 'edge') return 'a service never imports what calls it';
  return undefined;
}

function roleOf(path: string): 'edge' | 'service' | 'store' | undefined {
  const inside = path.slice(path.indexOf('/') + 1);
  if (/^(client-api|federation-api|admin-api|pages|jobs)\/|^edu\.ts$/.test(inside)) return 'edge';
  if (/^service\.ts$/.test(inside)) return 'service';
  if (/^store\.ts$|^store\//.test(inside)) return 'store';
  return undefined;
}

function areaOf(path: string): string | undefined {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined;
}
