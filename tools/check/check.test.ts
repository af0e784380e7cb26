import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dependencyProblems } from './licences.ts';
import { problemsIn } from './texts.ts';

test('a licence that is not in the list, or none, is refused', () => {
  const problems = dependencyProblems({
    packages: {
      'node_modules/fine': { license: 'MIT' },
      'node_modules/either': { license: '(GPL-3.0 OR MIT)' },
      'node_modules/both': { license: 'MIT AND GPL-3.0' },
      'node_modules/a/node_modules/@x/copyleft': { license: 'GPL-3.0' },
      'node_modules/silent': {},
      'packages/ours': {},
    },
  });
  assert.deepEqual(
    problems.map((it) => it.split(' ')[1]),
    ['both', '@x/copyleft', 'silent'],
  );
});

test('a package that wants to run a script when installed is refused', () => {
  assert.match(
    dependencyProblems({ packages: { 'node_modules/built': { license: 'MIT', hasInstallScript: true } } }).join(),
    /built wants to run a script/,
  );
});

test('paths of a machine and addresses of registries are found with their line', () => {
  const path = ['', 'root', 'project'].join('/');
  const host = ['registry', 'npmjs', 'org'].join('.');
  assert.deepEqual(problemsIn('a.md', `fine\nsee ${path}\n`), [`a.md:2: a path of one machine ("${path.slice(0, 7)}")`]);
  assert.match(problemsIn('a.md', `https://${host}/x`).join(), /^a\.md:1: the address of a package registry/);
  assert.deepEqual(problemsIn('a.md', 'GET /rooms/x, ./work/it and https://matrix.test/root/x'), []);
});
