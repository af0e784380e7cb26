import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { isInstalled, isNewEnough, pinnedNode } from './bootstrap.mjs';

const wanted = {
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
};
const installed = { 'node_modules/a': wanted['node_modules/a'] };

function isInstalledWith(record: object | undefined): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bootstrap-'));
  try {
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }));
    mkdirSync(join(folder, 'node_modules'));
    if (record) writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: record }));
    return isInstalled(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('what npm recorded is compared with the lockfile, so nothing is installed twice', () => {
  assert.equal(isInstalledWith(installed), true);
});

test('an interrupted, incomplete, older or larger install is stale', () => {
  assert.equal(isInstalledWith(undefined), false);
  assert.equal(isInstalledWith({}), false);
  assert.equal(isInstalledWith({ 'node_modules/a': { version: '0.9.0', integrity: 'sha512-a' } }), false);
  assert.equal(isInstalledWith({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-other' } }), false);
  assert.equal(isInstalledWith({ ...installed, 'node_modules/gone': { version: '1.0.0' } }), false);
});

test('the repository pins a Node for common platforms, and says so where it does not', () => {
  const lock = JSON.parse(readFileSync('tools/node/package-lock.json', 'utf8')) as object;
  for (const [platform, arch] of [
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'arm64'],
  ] as const) {
    assert.equal(pinnedNode(lock, platform, arch)?.version, '26.10.0');
  }
  assert.equal(pinnedNode(lock, 'sunos', 'x64'), undefined);
});

test("without a pinned Node the user's own must be new enough", () => {
  assert.deepEqual(['20.20.2', '24.14.9', '24.15.0', '26.0.0'].map(isNewEnough), [false, false, true, true]);
});
