import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { StatementNumbers } from '../dialect/statement-numbers.ts';
import { migrations } from '../migrations/index.ts';
import { replaceProfile, streamRow, user, write } from '../testing/example-rows.ts';
import type { Write } from '../write.ts';
import { GroupCommitter } from './commit-group.ts';
import { openWriter } from './connection.ts';
import { migrateSqlite } from './migrate.ts';
import { packGroup } from './pack.ts';

test('on a full disk everything of the group is unavailable, nothing is stored, and later writes that fit go through', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-full-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const database = openWriter(join(directory, 'hearth.db'));
  migrateSqlite(database, migrations, 0);
  const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
  database.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const committer = new GroupCommitter(database);
  const numbers = new StatementNumbers('sqlite');
  const run = (writes: readonly Write[]): ReturnType<GroupCommitter['run']> => committer.run(packGroup(writes, numbers));
  const large = write({ statements: [{ insert: replaceProfile, row: [1, 'f', 'x'.repeat(1_000_000)] }] });
  const reply = run([write({ statements: [user(1)], stream: [streamRow(1)] }), large]);
  assert.deepEqual(
    reply.refused.map(({ why }) => why),
    ['unavailable', 'unavailable'],
  );
  assert.equal(reply.committed, false);
  const after = run([write({ statements: [user(2)], stream: [streamRow(2)] })]);
  assert.deepEqual(after.refused, []);
  assert.equal(after.head, 1, 'no position was used up');
  assert.deepEqual(
    database
      .prepare('SELECT number FROM user_ids')
      .all()
      .map((row) => row['number']),
    [2],
  );
  database.close();
});
