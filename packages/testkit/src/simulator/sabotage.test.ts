import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { sabotages } from './sabotage.ts';

test('each planted bug has its one place in the sources, which it changes', () => {
  for (const [name, { file, find, replace }] of Object.entries(sabotages)) {
    const source = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    assert.equal(source.split(find).length - 1, 1, `${name}: ${file} has no such place, or several: ${find}`);
    assert.notEqual(find, replace, name);
  }
});
