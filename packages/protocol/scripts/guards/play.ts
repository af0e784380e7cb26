import { readFileSync } from 'node:fs';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { Guard } from './guard.ts';

const packagesFolder = new URL('../../../', import.meta.url);

/** The first test that carries the guard's id and fails while the guard is disabled. */
export async function failingTest({ id, file, line, instead, tests }: Guard): Promise<string | undefined> {
  const url = new URL(file, packagesFolder);
  const start = readFileSync(url, 'utf8').indexOf(line);
  if (start < 0) throw new Error(`${file} has no line "${line}"`);
  const query = new URLSearchParams({ file: url.href, start: String(start), end: String(start + line.length), text: instead });
  const preload = new URL(`../mutation/with-mutant.ts?${query.toString()}`, import.meta.url).href;
  const files = [fileURLToPath(new URL(tests, packagesFolder))];
  const enough = new AbortController();
  let failing: string | undefined;
  let ran = 0;
  for await (const { type, data } of run({
    files,
    testNamePatterns: [id],
    execArgv: ['--conditions=source', '--import', preload],
    signal: enough.signal,
  })) {
    if (type !== 'test:fail' && type !== 'test:pass') continue;
    // What runs within a group runs because the group's name carries the id.
    if (!data.name.includes(id) && data.nesting === 0) continue;
    ran += 1;
    if (type === 'test:pass') continue;
    failing ??= data.name;
    enough.abort();
  }
  if (ran === 0) throw new Error(`no test of ${tests} ran for ${id}`);
  return failing;
}
