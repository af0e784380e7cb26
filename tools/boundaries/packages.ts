import type { Import } from './imports.ts';

/** What the sources of each package may import of ours. `types` means: at run time nothing of it is needed. */
const allowed: Record<string, Record<string, 'types' | 'values'>> = {
  protocol: {},
  kit: {},
  bus: {},
  'admin-api': {},
  storage: { protocol: 'types' },
  homeserver: { protocol: 'values', storage: 'values', bus: 'values', kit: 'values', 'admin-api': 'values' },
  identity: { protocol: 'values', storage: 'values', kit: 'values' },
  'push-gateway': { protocol: 'values', storage: 'values', kit: 'values' },
  importer: { homeserver: 'values', protocol: 'values', storage: 'values', kit: 'values' },
  console: { 'admin-api': 'values' },
  bench: { kit: 'values' },
  testkit: {
    homeserver: 'values',
    protocol: 'values',
    storage: 'values',
    bus: 'values',
    kit: 'values',
    identity: 'values',
    'push-gateway': 'values',
  },
};

/** Whether a file is there for tests: it may import what helps them. */
export function isTestFile(file: string): boolean {
  return /\.test\.ts$|\/testing\/|^packages\/[^/]+\/(tests|browser|interop)\/|^packages\/testkit\//.test(file);
}

/** Why a file of a package may not make this import, or undefined when it may. */
export function packageProblem(file: string, { specifier, typeOnly }: Import): string | undefined {
  const [, own = '', inside = ''] = /^packages\/([^/]+)\/(.*)$/.exec(file) ?? [];
  if (specifier.startsWith('.')) {
    const climbs = specifier.split('/').filter((part) => part === '..').length;
    return climbs >= inside.split('/').length ? `a relative path must not leave the package: import @hearth/…` : undefined;
  }
  const [, other, door] = /^@hearth\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (other === undefined) return undefined;
  if (other === own) return 'a package imports its own files by relative path';
  if (door === 'testing' && !isTestFile(file)) return `${specifier} is only for tests`;
  if (isTestFile(file) && (other === 'testkit' || other === 'kit' || door === 'testing')) return undefined;
  const permission = allowed[own]?.[other];
  if (permission === undefined) return `${own} must not import ${other}`;
  if (permission === 'types' && !typeOnly && !isTestFile(file)) return `${own} may import only types of ${other}: use "import type"`;
  return undefined;
}
