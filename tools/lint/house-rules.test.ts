import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** Lints a text under the repository's configuration and gives back the lines with the message that each got. */
function lint(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-lint-'));
  try {
    const file = join(folder, 'sample.ts');
    writeFileSync(file, text);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['node_modules/oxlint/bin/oxlint', '--config=.oxlintrc.json', '--format=agent', file],
      { encoding: 'utf8' },
    );
    assert.equal(stderr, '');
    return stdout
      .split('\n')
      .filter((line) => line.includes('sample.ts:'))
      .map((line) => line.slice(line.indexOf('sample.ts:') + 'sample.ts:'.length));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const banned: Record<string, RegExp> = {
  'export const a = Date.now();': /Clock/,
  'export const a = new Date();': /Clock/,
  'export const a = Date();': /Clock/,
  'export const a = performance.now();': /Clock/,
  'export const a = Math.random();': /Random/,
  'export const a = crypto.randomUUID();': /Random/,
  "import { randomBytes } from 'node:crypto';\nexport const a = randomBytes(4);": /Random/,
  "export const a = process.env['HOME'];": /configuration/,
  'export const { env } = process;': /configuration/,
  "export const a = await fetch('http://localhost');": /outbound agent/,
  "export const a = await globalThis.fetch('http://localhost');": /outbound agent/,
  'setTimeout(() => undefined, 5);': /Clock/,
  'setInterval(() => undefined, 5);': /Clock/,
};

test('EA-19: time, randomness, environment and network taken from globals are refused, with what to use instead', () => {
  for (const [text, message] of Object.entries(banned)) {
    const lines = lint(`${text}\n`);
    assert.ok(
      lines.some((line) => message.test(line)),
      `${text}\n${lines.join('\n')}`,
    );
  }
});

test('a promise that nobody waits for is refused', () => {
  assert.match(lint('async function work(): Promise<void> {}\nwork();\n').join('\n'), /^2:1: .*Promises must be awaited/m);
});

test('a date made of a given time is fine', () => {
  assert.deepEqual(lint('export const text = (ms: number): string => new Date(ms).toISOString();\n'), []);
});
