/** The parts of package-lock.json (version 3) that our tools read. */
export type LockEntry = {
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  link?: boolean;
  hasInstallScript?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
export type Lockfile = { packages: Record<string, LockEntry> };

export type MissingPlatform = { readonly by: string; readonly name: string; readonly version: string };

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix', 'wasm32'];
const processors = ['arm64', 'arm', 'ia32', 'x64', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];

/**
 * Packages with a binary per platform name them all as optional. Where the registry in use does not have some of them,
 * `npm install` leaves those out of the lockfile, and `npm ci` then refuses the whole lockfile, everywhere.
 */
export function missingPlatforms({ packages }: Lockfile): MissingPlatform[] {
  return Object.entries(packages).flatMap(([by, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isResolved(packages, by, name))
      .map(([name, version]) => ({ by, name, version })),
  );
}

/**
 * Adds an entry for each of them that says which platform it is for. npm then skips it on every other platform, and on
 * its own installs the stated version (without a hash: we cannot see the package). npm keeps such entries from then on.
 */
export function fillPlatforms(lock: Lockfile): Lockfile {
  const packages = { ...lock.packages };
  for (const { by, name, version } of missingPlatforms(lock)) {
    const system = systems.find((it) => name.includes(it));
    const processor = processors.find((it) => name.split(/[-/]/).includes(it));
    if (!system || !processor) throw new Error(`${by} wants ${name}, which names no platform: add it to package-lock.json by hand`);
    const licence = packages[by]?.license;
    packages[`node_modules/${name}`] = {
      version,
      cpu: [processor],
      ...(packages[by]?.dev ? { dev: true } : {}),
      ...(system === 'linux' ? { libc: [name.includes('musl') ? 'musl' : 'glibc'] } : {}),
      ...(licence === undefined ? {} : { license: licence }),
      optional: true,
      os: [system],
    };
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

/** Looks a package up as Node would: beside the package that asks, then outwards. */
function isResolved(packages: Lockfile['packages'], by: string, name: string): boolean {
  const folders = by.split(/\/?node_modules\//);
  return (
    folders.some((_, depth) => {
      const outer = folders
        .slice(0, folders.length - depth)
        .join('/node_modules/')
        .replace(/^\//, '');
      return `${outer === '' ? '' : `${outer}/`}node_modules/${name}` in packages;
    }) || `node_modules/${name}` in packages
  );
}
