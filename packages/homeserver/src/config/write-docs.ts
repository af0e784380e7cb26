import { writeFileSync } from 'node:fs';

import { configPage } from './docs.ts';

// Run by `npm run docs`: node --conditions=source packages/homeserver/src/config/write-docs.ts
writeFileSync(new URL('../../../../docs/config.md', import.meta.url), configPage());
