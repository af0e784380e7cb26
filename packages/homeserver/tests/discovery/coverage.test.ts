import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { coveragePage, startHearth } from '@hearth/testkit';

test('docs/coverage.md says what is really served (npm run docs writes it)', async (t) => {
  const hearth = await startHearth();
  t.after(() => hearth.stop());
  const written = readFileSync(new URL('../../../../docs/coverage.md', import.meta.url), 'utf8');
  assert.ok(written === coveragePage(hearth.server.routeList()), 'docs/coverage.md is out of date: npm run docs');
});
