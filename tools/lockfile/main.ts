// `npm run lockfile`: makes package-lock.json one that `npm ci` accepts on every platform. Run it after adding packages.
import { readFileSync, writeFileSync } from 'node:fs';

import { fillPlatforms, type Lockfile, missingPlatforms } from './platforms.ts';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;
const missing = missingPlatforms(lock).length;
if (missing > 0) writeFileSync('package-lock.json', `${JSON.stringify(fillPlatforms(lock), null, 2)}\n`);
console.log(`package-lock.json: ${missing} platform packages added`);
