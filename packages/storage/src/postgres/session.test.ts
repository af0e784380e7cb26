import assert from 'node:assert/strict';

import pg from 'pg';

import { openDatabase } from '../open.ts';
import { point } from '../query.ts';
import { onEngine, testPorts } from '../testing/index.ts';

const setting = point<{ value: string }>('test-setting', 'SELECT current_setting($1) AS value');

onEngine('postgres', 'a commit waits for the disk even where the server says that it need not', async ({ url, open }) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
  await client.end();
  const database = await open();
  assert.deepEqual(await database.reader.first(setting, ['synchronous_commit']), { value: 'on' });
});

onEngine('postgres', 'a read cannot write', async ({ database }) => {
  const wrong = point<object>('test-writing-read', 'UPDATE clock SET head = 7 RETURNING head');
  await assert.rejects(database.reader.all(wrong, []), /read-only/);
  assert.equal(await database.head(), 0);
});

onEngine('sqlite', 'a read cannot write', async ({ database }) => {
  const wrong = point<object>('test-writing-read', 'UPDATE clock SET head = 7 RETURNING head');
  await assert.rejects(database.reader.all(wrong, []), /readonly/);
  assert.equal(await database.head(), 0);
});

onEngine('postgres', 'a server that is not there and a URL that is none are said plainly', async () => {
  await assert.rejects(openDatabase('postgres://nobody@127.0.0.1:1/none', testPorts()), /ECONNREFUSED/);
  await assert.rejects(openDatabase('mysql://x', testPorts()), /must be "sqlite:FILE" or "postgres:/);
  await assert.rejects(openDatabase('sqlite:', testPorts()), /must be "sqlite:FILE"/);
});
