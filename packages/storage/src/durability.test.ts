import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { allUsers, wholeStream } from './testing/example-rows.ts';
import { newSqliteDatabase, onEachEngine } from './testing/index.ts';

const child = fileURLToPath(new URL('./testing/writing-child.ts', import.meta.url));

/** Starts a process that writes users from `first` on; kills it once it has told of `count`, and returns what it told. */
function writeAndKill(url: string, first: number, count: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const writer = spawn(process.execPath, ['--conditions=source', child, url, String(first), '1000000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (told.split('\n').length > count) writer.kill('SIGKILL');
    });
    writer.once('error', reject);
    // What follows the last line break was cut off.
    writer.once('close', () => resolve(told.split('\n').slice(0, -1).map(Number)));
  });
}

onEachEngine('what a killed process was answered is there, and the next process can start at once', async ({ database, open, url }) => {
  await database.close();
  const told: number[] = [];
  for (let round = 0; round < 3; round++) told.push(...(await writeAndKill(url, (round + 1) * 1_000_000, 40)));
  const again = await open();
  const stored = (await again.reader.all(allUsers, [])).map(({ number }) => number);
  assert.ok(told.length >= 120);
  const missing = told.filter((number) => !stored.includes(number));
  assert.deepEqual(missing, []);
  // At most the one write of each round whose answer did not get out any more.
  assert.ok(stored.length <= told.length + 3);
  const positions = (await again.reader.all(wholeStream, [])).map(({ position }) => position);
  assert.deepEqual(
    positions,
    stored.map((_, index) => index + 1),
  );
});

test('each commit on SQLite forces the log to the disk', async (t) => {
  const place = newSqliteDatabase();
  t.after(() => place.remove());
  const trace = join(dirname(place.url.slice('sqlite:'.length)), 'trace');
  const writes = 25;
  const args = [
    '-f',
    '-y',
    '-e',
    'trace=fsync,fdatasync',
    '-o',
    trace,
    process.execPath,
    '--conditions=source',
    child,
    place.url,
    '1',
    String(writes),
  ];
  try {
    await promisify(execFile)('strace', args);
  } catch (error) {
    t.skip(`strace cannot be used here: ${String((error as Error).message).slice(0, 100)}`);
    return;
  }
  const forced = readFileSync(trace, 'utf8').match(/f(data)?sync\(\d+<[^>]*hearth\.db-wal>\)/g) ?? [];
  assert.ok(forced.length >= writes, `${writes} writes, one after the other, forced the log ${forced.length} times`);
});
