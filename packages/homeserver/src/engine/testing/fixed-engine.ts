import type { Engine } from '../engine-in-process.ts';
import { openEngine } from '../open-engine.ts';
import { OtherServers } from './other-servers.ts';
import { testCaches } from './test-caches.ts';
import { systemClock } from '@hearth/kit';
import { seededRandom } from '@hearth/kit/testing';
import type { Database } from '@hearth/storage';

export const ourDomain = 'hearth.test';
/** When it is for such an engine, unless it is told another time. */
export const fixedNow = 1_700_000_000_000;

/** An engine for one domain whose time stands still: the same calls make the same rooms and events in each of them. */
export async function fixedEngine(database: Database, seed = 'engine', domain = ourDomain, now = fixedNow): Promise<Engine> {
  const clock = { ...systemClock(), now: () => now };
  const signingKeys = new Map([[domain, new OtherServers().keyFor(domain)]]);
  return openEngine({ database, clock, random: seededRandom(seed), signingKeys, projections: [], caches: testCaches() });
}
