// `npm run docs`: writes docs/coverage.md from the routes of a running server.
import { writeFileSync } from 'node:fs';

import { startHearth } from '../src/hearth.ts';
import { coveragePage } from '../src/spec/coverage-page.ts';

const hearth = await startHearth();
try {
  writeFileSync(new URL('../../../docs/coverage.md', import.meta.url), coveragePage(hearth.server.routeList()));
} finally {
  await hearth.stop();
}
