import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { countFile, failure } from './report.ts';
import { defaultLimits, type FileResult, runFile } from './run-file.ts';

async function runText(text: string, limits = defaultLimits): Promise<FileResult> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-runner-'));
  try {
    const file = join(folder, 'sample.test.mjs');
    writeFileSync(file, `import { describe, test } from 'node:test';\nimport assert from 'node:assert/strict';\n${text}`);
    return await runFile(file, { limits });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function totals(result: FileResult): string {
  const counted = { passed: 0, failed: 0, skipped: 0 };
  countFile(counted, result);
  return `${counted.passed} ${counted.failed} ${counted.skipped}`;
}

test('each test counts once, whatever group it is in', async () => {
  const result = await runText(`
    describe('group', () => { test('a', () => {}); test('b', () => assert.equal(1, 2)); });
    test('outer', async (t) => { await t.test('inner', () => { throw new Error('boom'); }); });
    test('not here', { skip: 'no such machine' }, () => {});`);
  assert.equal(totals(result), '1 2 1');
  assert.match(failure(result), /group › b[\s\S]+outer › inner\n\s+Error: boom/);
});

test('a file that does not load fails', async () => {
  const result = await runText(`throw new Error('broken at load');`);
  assert.equal(totals(result), '0 1 0');
  assert.match(failure(result), /ended with exit code 1[\s\S]+broken at load/);
});

test('an endless loop is ended and named', async () => {
  const result = await runText(`test('fine', () => {}); test('spins', () => { for (;;); });`, {
    testMs: 200,
    idleMs: 1000,
    fileMs: 60_000,
  });
  assert.match(result.trouble ?? '', /was silent for 1 s/);
});

test('a process that something keeps open is ended', async () => {
  const result = await runText(`import { createServer } from 'node:net'; test('leaks', () => { createServer().listen(0); });`, {
    testMs: 1000,
    idleMs: 1000,
    fileMs: 60_000,
  });
  assert.match(result.trouble ?? '', /was silent for 1 s .*something left open/);
  assert.equal(totals(result), '1 1 0');
});
