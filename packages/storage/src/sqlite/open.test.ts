import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { openDatabase } from '../open.ts';
import { testPorts } from '../testing/test-ports.ts';
import { DatabaseInUse } from './process-lock.ts';

test('a second opening of the same file is refused with a sentence for the operator', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-sqlite-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const url = `sqlite:${join(directory, 'deep', 'hearth.db')}`;
  const first = await openDatabase(url, testPorts('first'));
  await assert.rejects(
    openDatabase(url, testPorts('second')),
    (error: Error) => error instanceof DatabaseInUse && /in use by another/.test(error.message),
  );
  await first.close();
  const again = await openDatabase(url, testPorts('third'));
  assert.equal(again.incarnation, first.incarnation, 'the incarnation outlives the process');
  await again.close();
});
