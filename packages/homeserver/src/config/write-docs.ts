import { writeFileSync } from 'node:fs';

import { configPage } from './docs.ts';

// `npm run docs`
writeFileSync(new URL('../../../../docs/config.md', import.meta.url), configPage());
