import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { runCommand } from '../../src/cli/run-command.ts';
import { testIo } from '../../src/cli/testing/test-io.ts';
import type { ReportRow } from '../../src/reports/index.ts';
import { clientPath, createTestClient, temporaryHome } from '@hearth/testkit';

let home: Awaited<ReturnType<typeof temporaryHome>>;
before(async () => {
  home = await temporaryHome();
});
after(() => home.end());

/** `hearth report …` in this process, on the home's data. */
async function report(...args: readonly string[]): Promise<{ code: number; output: string; messages: string }> {
  const io = testIo({ env: { HEARTH_DATA_DIR: home.dataDir } });
  const code = await runCommand(['report', ...args], io);
  return { code, output: io.said(), messages: io.complained() };
}

test('reports are listed and closed while the server runs and while it is stopped', async () => {
  const hearth = home.start({ HEARTH_REGISTRATION: 'open' });
  const client = createTestClient({ baseUrl: await hearth.baseUrl() });
  const alice = await client.register('alice', 'alice has a password');
  for (let count = 0; count < 60; count += 1) {
    if (count % 20 < 19) continue;
    await alice.ok('POST', clientPath`/users/${'@bob:localhost'}/report`, { body: { reason: `spam\u001B[31m ${count}` } });
  }
  await client.close();

  const listed = JSON.parse((await report('list', '--json')).output) as ReportRow[];
  assert.deepEqual(
    listed.map(({ kind, user_id, reporter }) => [kind, user_id, reporter]),
    Array.from({ length: 3 }, () => ['user', '@bob:localhost', '@alice:localhost']),
  );
  const [first] = listed;
  assert.match(
    (await report('list')).output,
    /^NUMBER +TIME \(UTC\) +KIND +BY +ABOUT +REASON\n\d+ .* user +@alice:localhost +@bob:localhost +spam/,
  );
  assert.ok(!(await report('list')).output.includes('\u001B'));
  assert.equal((await report('close', String(first?.number))).output, `Report ${first?.number} is closed.\n`);
  await hearth.stop();
  assert.deepEqual(JSON.parse((await report('list', '--json')).output), listed.slice(1));
  const again = await report('close', String(first?.number));
  assert.deepEqual([again.code, again.messages], [1, `hearth: There is no report ${first?.number}.\n`]);
  assert.equal((await report('close', 'twelve')).code, 2);
});
