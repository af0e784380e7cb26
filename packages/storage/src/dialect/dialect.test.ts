import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Insert } from '../write.ts';
import { renderInsert } from './insert.ts';
import { expandQuery, expandSchema } from './macros.ts';
import { StatementNumbers } from './statement-numbers.ts';

test('macros become what each engine understands', () => {
  const sql = 'SELECT 1 FROM t WHERE a {in $2} AND b {in-text $1} AND c = $11';
  assert.equal(
    expandQuery('sqlite', sql),
    'SELECT 1 FROM t WHERE a IN (SELECT value FROM json_each(?2)) AND b IN (SELECT value FROM json_each(?1)) AND c = ?11',
  );
  assert.equal(expandQuery('postgres', sql), 'SELECT 1 FROM t WHERE a = ANY($2::bigint[]) AND b = ANY($1::text[]) AND c = $11');
  assert.equal(
    expandSchema('sqlite', 'CREATE TABLE t (a {number} PRIMARY KEY, b {text}, c {bytes}) {clustered}'),
    'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB) WITHOUT ROWID',
  );
  assert.equal(
    expandSchema('postgres', 'CREATE TABLE t (a {number} PRIMARY KEY, b {text}, c {bytes}) {clustered}'),
    'CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT COLLATE "C", c BYTEA) ',
  );
});

test('a macro that does not exist is an error at once', () => {
  assert.throws(() => expandQuery('sqlite', 'SELECT {on $1}'), /unknown macro \{on \$1\}/);
  assert.throws(() => expandSchema('postgres', 'CREATE TABLE t (a {blob})'), /unknown macro \{blob\}/);
  assert.equal(expandQuery('sqlite', `SELECT '{}', '{"a":1}'`), `SELECT '{}', '{"a":1}'`, 'JSON is none');
});

test('an insert is one row on SQLite and columns on PostgreSQL', () => {
  const columns = [
    { name: 'a', type: 'integer' as const },
    { name: 'b', type: 'bytes' as const },
  ];
  const insert = (onConflict: Insert['onConflict']): Insert => ({ name: 'i', table: 't', columns, onConflict });
  assert.equal(renderInsert('sqlite', insert({ do: 'fail' })), 'INSERT INTO t (a, b) VALUES (?1, ?2)');
  assert.equal(renderInsert('postgres', insert({ do: 'fail' })), 'INSERT INTO t (a, b) SELECT * FROM unnest($1::bigint[], $2::bytea[])');
  assert.match(renderInsert('sqlite', insert({ do: 'replace', key: ['a'] })), / ON CONFLICT \(a\) DO UPDATE SET b = excluded\.b$/);
  assert.match(renderInsert('sqlite', insert({ do: 'ignore', key: ['a'] })), / ON CONFLICT \(a\) DO NOTHING$/);
  assert.match(renderInsert('sqlite', insert({ do: 'replace', key: ['a', 'b'] })), /DO NOTHING$/, 'nothing is left to replace');
});

test('two different statements cannot have one name', () => {
  const numbers = new StatementNumbers('sqlite');
  const first = numbers.ofQuery({ name: 'same', sql: 'SELECT 1', reach: 'point' });
  assert.equal(numbers.ofQuery({ name: 'same', sql: 'SELECT 1', reach: 'scan' }), first);
  assert.throws(() => numbers.ofQuery({ name: 'same', sql: 'SELECT 2', reach: 'point' }), /two statements have the name "same"/);
});
