import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { type Random, systemRandom } from '@hearth/kit';
import { type HearthOptions, startHearth } from '@hearth/testkit';

/** Randomness that fails the first time that a token of `bits` is asked for: so a start can be made to fail at a point of its way. */
function failingAt(bits: number): Random {
  const random = systemRandom();
  return {
    ...random,
    token: (wanted) => {
      if (wanted === bits) throw new Error(`no token of ${wanted} bits`);
      return random.token(wanted);
    },
  };
}

/** The address of a port that somebody else has, and how to give it back. */
async function takenPort(): Promise<{ address: string; free: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { address: `127.0.0.1:${address.port}`, free: () => new Promise((resolve) => server.close(() => resolve())) };
}

test('a start that fails on its way leaves the database to the next one', { timeout: 30_000 }, async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-failed-start-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const port = await takenPort();
  t.after(port.free);
  const failures: [RegExp, HearthOptions][] = [
    // Between the database and the bus, between the spine and the jobs, and at the last step.
    [/HEARTH_BUS=postgres needs/, { env: { HEARTH_BUS: 'postgres' } }],
    [/no token of 96 bits/, { random: failingAt(96) }],
    [/EADDRINUSE/, { env: { HEARTH_LISTEN: port.address } }],
  ];
  for (const [reason, options] of failures) await assert.rejects(startHearth({ ...options, dataDir }), reason);
  // A database that is still open is refused to a second server.
  const hearth = await startHearth({ dataDir });
  await hearth.client.register('alice', 'password of alice');
  await hearth.stop();
});
