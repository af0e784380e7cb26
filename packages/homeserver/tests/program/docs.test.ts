import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { runCommand } from '../../src/cli/run-command.ts';
import { testIo } from '../../src/cli/testing/test-io.ts';
import { settingsSchema } from '../../src/config/index.ts';

const root = new URL('../../../../', import.meta.url).pathname;
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })].map((name) => ({
  name,
  text: readFileSync(join(root, name), 'utf8'),
}));

function found(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))];
}

/** What a heading's anchor is called. */
function anchorsOf(text: string): string[] {
  return found(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('every source file that the documentation names is there', () => {
  const files = globSync(['packages/*/{src,tests,scripts,browser,bin}/**/*.{ts,js}', 'tools/**/*.{ts,mjs}'], {
    cwd: root,
    exclude: ['**/node_modules'],
  });
  for (const { name, text } of pages) {
    for (const path of found(text, /`([\w./-]+\.(?:ts|mjs))`/g)) {
      assert.ok(
        files.some((file) => file === path || file.endsWith(`/${path}`)),
        `${name} names ${path}, which does not exist`,
      );
    }
  }
});

test('every link between pages leads somewhere', () => {
  for (const { name, text } of pages) {
    for (const link of found(text, /\]\(([^)\s]+)\)/g).filter((target) => !/^[a-z]+:/.test(target))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? name : join(dirname(name), path);
      assert.ok(existsSync(join(root, target)), `${name} links to ${link}`);
      if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(join(root, target), 'utf8')).includes(anchor), `${name} links to ${link}`);
    }
  }
});

test('every environment variable that the documentation names is a setting', () => {
  const known = new Set<string>(settingsSchema.otherVariables);
  for (const { settings } of Object.values(settingsSchema.sections)) {
    for (const { env, secret } of Object.values<{ env?: string | undefined; secret?: boolean }>(settings)) {
      if (env === undefined) continue;
      known.add(env);
      if (secret === true) known.add(`${env}_FILE`);
    }
  }
  for (const { name, text } of pages) {
    for (const variable of found(text, /\b(HEARTH_[A-Z_]+)\b/g).filter((one) => !one.startsWith('HEARTH_TEST_'))) {
      assert.ok(known.has(variable) || variable === 'HEARTH_', `${name} names ${variable}, which is no setting`);
    }
  }
});

test('the settings files that the documentation shows can be used', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-docs-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'secret'), 'postgres://hearth:x@db.example.org/hearth');
  for (const { name, text } of pages) {
    for (const yaml of found(text, /```yaml\n([^]*?)```/g)) {
      const file = join(directory, 'hearth.yaml');
      writeFileSync(file, yaml.replaceAll(/\/run\/secrets\/\S+/g, join(directory, 'secret')));
      const io = testIo();
      assert.equal(await runCommand(['config', 'check', '--config', file], io), 0, `${name}: ${yaml}\n${io.complained()}`);
    }
  }
});

test('every command that the documentation shows is one', async () => {
  for (const { name, text } of pages) {
    for (const words of found(text, /^(?:hearth|npm start --) ((?:user|config)(?: [a-z-]+)?)/gm)) {
      const io = testIo();
      assert.equal(await runCommand([...words.split(' '), '--help'], io), 0, `${name}: hearth ${words}`);
    }
  }
});
