import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shortTime, table } from './table.ts';

test('columns are as wide as their widest cell, and lines have no final spaces', () => {
  assert.equal(
    table([
      ['A', 'LONG', 'C'],
      ['wide', 'x', ''],
      ['y', '', 'z'],
    ]),
    'A     LONG  C\nwide  x\ny           z\n',
  );
});

test('times are UTC to the minute; what never happened is empty', () => {
  assert.equal(shortTime(1_785_938_580_000), '2026-08-05 14:03');
  assert.equal(shortTime(null), '');
});
