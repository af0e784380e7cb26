import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Number of the user that the server runs as; nobody on the machine outside should have it. */
export const userNumber = 10_001;

/** What is needed of our own packages; the rest of a package is for those who work on it. */
const partsOfOurs = ['package.json', 'bin', 'dist'];

/**
 * Lays out the files of an image: Node and the packages' native parts with the libraries that they are linked to, as they are on this
 * machine, the packages as they were built with what they need of npm, and the entry point. No shell, no package manager, nothing from anywhere else.
 */
export function writeRootFiles(folder: string, workspace: string, node: string): void {
  copy(node, join(folder, 'usr/bin/node'));
  for (const path of productionPackages(workspace, node)) {
    const parts = path.includes('node_modules/@hearth/') ? partsOfOurs : [''];
    for (const part of parts.filter((each) => existsSync(join(path, each))))
      copy(join(path, part), join(folder, 'opt/hearth', relative(workspace, path), part));
  }
  const linked = [node, ...nativePartsIn(join(folder, 'opt/hearth'))].flatMap(librariesOf);
  for (const library of new Set(linked)) if (!library.startsWith(folder)) copy(library, join(folder, library));
  copy(join(workspace, 'packaging/container/entry.ts'), join(folder, 'opt/hearth/entry.ts'));
  write(join(folder, 'opt/hearth/package.json'), '{ "private": true, "type": "module" }\n');
  write(join(folder, 'etc/passwd'), `root:x:0:0::/:\nhearth:x:${userNumber}:${userNumber}::/data:\n`);
  write(join(folder, 'etc/group'), `root:x:0:\nhearth:x:${userNumber}:\n`);
  write(join(folder, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  // Everybody may write there, since the container may be told to run as any user.
  for (const path of ['data', 'tmp']) {
    mkdirSync(join(folder, path));
    chmodSync(join(folder, path), 0o1777);
  }
}

function librariesOf(program: string): string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...lines.matchAll(/(\/\S+) \(0x/g)].flatMap(([, file]) => file ?? []);
}

/** What packages bring along in machine code. */
function nativePartsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.filter(({ name }) => /\.(node|so(\.[\d.]+)?)$/.test(name)).map(({ parentPath, name }) => join(parentPath, name));
}

/** Folders of the packages that the server needs to run, as npm knows them. */
function productionPackages(workspace: string, node: string): string[] {
  const npm = ['ls', '--omit=dev', '--all', '--parseable', '--workspace=@hearth/homeserver'];
  const env = { PATH: `${dirname(node)}:/usr/local/bin:/usr/bin:/bin`, HOME: '/tmp' };
  const lines = execFileSync('npm', npm, { cwd: workspace, env, encoding: 'utf8' });
  return lines.split('\n').filter((path) => path.includes('/node_modules/'));
}

/** Leaves out what packages hold for other machines, and what is only read by people. */
function copy(from: string, to: string): void {
  const wanted = `/prebuilds/${process.platform}-${process.arch}`;
  cpSync(realpathSync(from), to, {
    recursive: true,
    dereference: true,
    filter: (source) => !/\.(md|map|d\.[mc]?ts|tsbuildinfo)$/.test(source) && (!/\/prebuilds\/./.test(source) || source.includes(wanted)),
  });
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
