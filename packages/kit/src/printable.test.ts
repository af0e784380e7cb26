import assert from 'node:assert/strict';
import { test } from 'node:test';

import { printable } from './printable.ts';

test('names that others chose cannot move the cursor or turn the text around', () => {
  assert.equal(printable('a\u001b[2Jb\u202ec\nd'), 'a·[2Jb·c·d');
});
