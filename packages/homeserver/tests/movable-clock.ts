import { test } from 'node:test';

import { type Clock, systemClock } from '@hearth/kit';
import { newPostgresDatabase, NoCluster } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

const password = 'correct horse battery';

/** The true clock, which a test can put forward. */
type MovableClock = Clock & { readonly forward: (ms: number) => void };

/** A server whose clock can be put forward, and two people. */
export type MovablePlace = { readonly hearth: TestHearth; readonly clock: MovableClock; readonly alice: Session; readonly bob: Session };

/** One test, with a server of its own on SQLite and another on PostgreSQL, which is skipped where there is none. */
export function onEachDatabase(name: string, env: Readonly<Record<string, string>>, run: (place: MovablePlace) => Promise<void>): void {
  for (const engine of ['sqlite', 'postgres'] as const) {
    void test(`${name}, on ${engine}`, async (t) => {
      const database = await (engine === 'postgres' ? newPostgresDatabase() : Promise.resolve(undefined)).catch((error: unknown) => {
        if (error instanceof NoCluster) return t.skip(error.message);
        throw error;
      });
      if (engine === 'postgres' && !database) return;
      const clock = movableClock();
      const hearth = await startHearth({ clock, env: { ...env, ...(database ? { HEARTH_DATABASE: database.url } : {}) } });
      t.after(async () => {
        await hearth.stop();
        await database?.remove();
      });
      const [alice, bob] = [await hearth.client.register('alice', password), await hearth.client.register('bob', password)];
      await run({ hearth, clock, alice, bob });
    });
  }
}

function movableClock(): MovableClock {
  let ahead = 0;
  const clock = systemClock();
  return { ...clock, now: () => clock.now() + ahead, forward: (ms) => (ahead += ms) };
}
