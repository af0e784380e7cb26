import assert from 'node:assert/strict';
import { test } from 'node:test';

import { summarise } from './profile-summary.ts';

const node = (id: number, functionName: string, url: string, children: number[]) => ({
  id,
  callFrame: { functionName, url, lineNumber: 6 },
  children,
});

test('time counts for the function that ran and once for each that called it, and idling for none', () => {
  const nodes = [
    node(1, '(root)', '', [2, 5]),
    node(2, 'outer', 'file:///x/packages/a/src/a.ts', [3]),
    node(3, '', 'file:///x/packages/b/src/b.ts', [4]),
    node(4, 'outer', 'file:///x/packages/a/src/a.ts', []),
    node(5, '(idle)', '', []),
  ];
  const { busyMs, own, whole } = summarise({ nodes, samples: [2, 3, 4, 5, 4], timeDeltas: [1000, 2000, 4000, 8000, 16_000] });
  assert.equal(busyMs, 23);
  assert.deepEqual(Object.fromEntries(own), { 'outer a/src/a.ts:7': 21, '(anonymous) b/src/b.ts:7': 2 });
  assert.deepEqual(Object.fromEntries(whole), { 'outer a/src/a.ts:7': 23, '(root)': 23, '(anonymous) b/src/b.ts:7': 22 });
});
