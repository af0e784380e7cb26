import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Engine } from '../engine-in-process.ts';
import type { NewRoom } from '../engine.ts';
import { openEngine } from '../open-engine.ts';
import { testCaches } from './test-caches.ts';
import { systemClock, systemRandom } from '@hearth/kit';
import { roomVersionRules, signingKeyFromSeed, type SigningKey } from '@hearth/protocol';
import { type Database, openDatabase } from '@hearth/storage';

export type TestEngine = {
  readonly engine: Engine;
  readonly database: Database;
  /** Opens a second engine on the same data after closing the first. */
  readonly reopen: () => Promise<TestEngine>;
  readonly close: () => Promise<void>;
};

const seed = Buffer.alloc(32, 7);

/** An engine for the domain `hearth.test` on a fresh SQLite file. */
export async function testEngine(folder?: string): Promise<TestEngine> {
  const dir = folder ?? (await mkdtemp(join(tmpdir(), 'hearth-engine-')));
  const clock = systemClock();
  const random = systemRandom();
  const database = await openDatabase(`sqlite:${join(dir, 'hearth.db')}`, { clock, random });
  const signingKeys = new Map([['hearth.test', signingKeyFromSeed(seed, 'ed25519:test') as SigningKey]]);
  const engine = await openEngine({ database, clock, random, signingKeys, projections: [], caches: testCaches() });
  return {
    engine,
    database,
    reopen: async () => {
      await database.close();
      return testEngine(dir);
    },
    close: async () => {
      await engine.drain();
      await database.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export const alice = '@alice:hearth.test';
export const bob = '@bob:hearth.test';

/** A public room of Alice's in the given version. */
export function publicRoom(version: string): NewRoom {
  const rules = roomVersionRules(version);
  if (!rules) throw new Error(`no room version ${version}`);
  const state = (type: string, content: object, stateKey = ''): NewRoom['events'][number] => ({
    type,
    sender: alice,
    stateKey,
    content: content as never,
  });
  return {
    rules,
    creator: alice,
    creationContent: {},
    events: [
      state('m.room.member', { membership: 'join' }, alice),
      state('m.room.power_levels', { users: rules.privilegedCreators ? {} : { [alice]: 100 } }),
      state('m.room.join_rules', { join_rule: 'public' }),
    ],
  };
}
