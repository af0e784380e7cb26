import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));

/** A folder outside of the workspace with the packed package, and nothing else, installed. */
let elsewhere: string;
let installed: string;

before(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'hearth-protocol-'));
  const built = join(elsewhere, 'built');
  await mkdir(built);
  for (const name of ['package.json', 'README.md', 'LICENSE', 'NOTICE', 'src', 'vectors'])
    await cp(join(packageFolder, name), join(built, name), { recursive: true });
  const info = join(built, 'dist', '.tsbuildinfo');
  await run(process.execPath, [
    compiler,
    '-p',
    packageFolder + 'tsconfig.build.json',
    '--outDir',
    join(built, 'dist'),
    '--tsBuildInfoFile',
    info,
  ]);
  await run('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: built });
  installed = join(elsewhere, 'app', 'node_modules', '@hearth', 'protocol');
  await mkdir(installed, { recursive: true });
  const [archive] = (await readdir(built)).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', join(built, archive ?? ''), '-C', installed, '--strip-components=1']);
});

after(() => rm(elsewhere, { recursive: true, force: true }));

test('the published package works alone, without the workspace and without its optional dependency', async () => {
  const app = join(elsewhere, 'app');
  await cp(fileURLToPath(new URL('use-it.mjs', import.meta.url)), join(app, 'use-it.mjs'));
  const { stdout } = await run(process.execPath, ['use-it.mjs'], { cwd: app });
  assert.deepEqual(JSON.parse(stdout), { sameId: true, signed: true, hashed: true, authorised: true, resolved: true, glob: true });
});

test('its types are enough for a strict program', async () => {
  const app = join(elsewhere, 'app');
  await writeFile(
    join(app, 'typed.ts'),
    "import { parsePdu, roomVersionRules } from '@hearth/protocol';\nconst rules = roomVersionRules('12');\nexport const event = rules && parsePdu({}, rules);\n",
  );
  await run(process.execPath, [compiler, '--strict', '--noEmit', '--module', 'nodenext', '--types', '', 'typed.ts'], { cwd: app });
});

test('what is published has the licence, the front page and the vectors, and no tests', async () => {
  const files = await readdir(installed, { recursive: true });
  for (const wanted of ['LICENSE', 'NOTICE', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts', 'vectors/README.md'])
    assert.ok(files.includes(wanted), wanted);
  assert.deepEqual(
    files.filter((name) => /\.test\.|testing|tsbuildinfo/.test(name)),
    [],
  );
});

test('it imports nothing but its own files, Node, and the optional package', async () => {
  const files = (await readdir(installed, { recursive: true })).filter((name) => name.startsWith('dist/') && name.endsWith('.js'));
  const imported = new Set<string>();
  for (const name of files) {
    const text = await readFile(join(installed, name), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\(|\)\() ?'([^']+)'/g))
      if (!specifier.startsWith('.')) imported.add(specifier);
  }
  assert.ok(files.length > 50);
  assert.deepEqual([...imported].sort(), ['node:crypto', 'node:module', 'sodium-native']);
});
