import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { findBinaries, noBinaries } from './postgres-binaries.ts';
import { sleep, systemClock } from '@hearth/kit';

const helper = fileURLToPath(new URL('./postgres-cluster.ts', import.meta.url));
const script = `
  const { startCluster } = await import(${JSON.stringify(helper)});
  const { url } = await startCluster();
  console.log(new URL(url).searchParams.get('host'));
  setInterval(() => {}, 1000);
`;

test('a cluster and its data go away when the process that started it is killed', async (t) => {
  if ((await findBinaries(false)) === undefined) {
    t.skip(noBinaries);
    return;
  }
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const directory = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    child.once('exit', () => reject(new Error('the child ended too early')));
  });
  assert.ok(existsSync(directory));
  child.kill('SIGKILL');
  // The keeper removes the data only after the server has ended.
  for (let attempt = 0; existsSync(directory); attempt++) {
    assert.ok(attempt < 300, 'the data is still there after 30 s');
    await sleep(systemClock(), 100);
  }
});
