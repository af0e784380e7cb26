import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readOptions, usual } from '../src/ledger/options.ts';
import { runLedger } from '../src/ledger/run-ledger.ts';
import { systemClock } from '@hearth/kit';
import { NoCluster } from '@hearth/storage/testing';

for (const engine of ['sqlite', 'postgres'] as const) {
  // On PostgreSQL the third fault kills only the database.
  const cycles = engine === 'sqlite' ? 2 : 3;
  test(
    `R-01 ${engine}: what was acknowledged under load survives kills, once and in order, and every token goes on`,
    { timeout: 120_000 },
    async (t) => {
      try {
        const result = await runLedger(
          { ...usual, engine, cycles, clients: 8, rooms: 3, loadMsMax: 1000, seed: 'short' },
          systemClock(),
          (line) => t.diagnostic(line),
        );
        assert.deepEqual(result.problems, []);
        assert.ok(result.acknowledged > 50 && result.events > 50, `too little was done: ${JSON.stringify(result)}`);
        assert.equal(result.kills.server + result.kills.database + result.kills.both, cycles);
        assert.ok(result.tokensChecked > 10);
      } catch (error) {
        if (error instanceof NoCluster) return t.skip(error.message);
        throw error;
      }
    },
  );
}

test('the options of the ledger are bounded', () => {
  assert.deepEqual(readOptions([]), usual);
  assert.equal(readOptions(['--engine', 'postgres', '--cycles', '20']).cycles, 20);
  for (const args of [['--engine', 'mysql'], ['--cycles', '0'], ['--cycles', 'x'], ['--clients', '1000'], ['--other']])
    assert.throws(() => readOptions(args));
});
