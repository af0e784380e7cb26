import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fillPlatforms, missingPlatforms } from './platforms.ts';

const lock = {
  packages: {
    '': {},
    'node_modules/tool': {
      version: '2.0.0',
      dev: true,
      license: 'MIT',
      optionalDependencies: { '@tool/linux-arm64-musl': '2.0.0', '@tool/darwin-x64': '2.0.0', '@tool/linux-x64-gnu': '2.0.0' },
    },
    'node_modules/@tool/linux-x64-gnu': { version: '2.0.0', optional: true },
    'node_modules/outer/node_modules/inner': { version: '1.0.0', optionalDependencies: { '@tool/linux-x64-gnu': '2.0.0' } },
    'packages/server': { version: '1.0.0', optionalDependencies: { '@tool/linux-x64-gnu': '2.0.0' } },
  },
};

test('optional packages without an entry are found, those of outer folders are not', () => {
  assert.deepEqual(
    missingPlatforms(lock).map(({ name }) => name),
    ['@tool/linux-arm64-musl', '@tool/darwin-x64'],
  );
});

test('an added entry says which platform it is for, so that others skip it', () => {
  const { packages } = fillPlatforms(lock);
  assert.deepEqual(packages['node_modules/@tool/linux-arm64-musl'], {
    version: '2.0.0',
    cpu: ['arm64'],
    dev: true,
    libc: ['musl'],
    license: 'MIT',
    optional: true,
    os: ['linux'],
  });
  assert.deepEqual(missingPlatforms({ packages }), []);
});
