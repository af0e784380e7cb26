import { after, before, describe } from 'node:test';

import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

export const password = 'correct horse battery';

export type Place = {
  readonly hearth: () => TestHearth;
  /** A new account, with a name that nobody else has. */
  readonly somebody: (name: string) => Promise<Session>;
  /** Another device of the same account. */
  readonly another: (session: Session, options?: Readonly<Record<string, unknown>>) => Promise<Session>;
  readonly passwordOf: (session: Session) => object;
};

/** Registers the tests once for a server on each engine; without PostgreSQL those are left out. */
export function onBoth(name: string, tests: (place: Place) => void): void {
  for (const engine of ['sqlite', 'postgres'] as const) {
    void describe(`${name} on ${engine}`, () => {
      let hearth: TestHearth | undefined;
      let database: TestDatabase | undefined;
      let people = 0;
      before(async (context) => {
        try {
          database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
        } catch (error) {
          if (!(error instanceof NoCluster)) throw error;
          if ('skip' in context) context.skip(error.message);
          return;
        }
        hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      });
      after(async () => {
        await hearth?.stop();
        await database?.remove();
      });
      const running = (): TestHearth => {
        if (!hearth) throw new Error('there is no server');
        return hearth;
      };
      tests({
        hearth: running,
        somebody: (person) => running().client.register(`${person}${(people += 1)}`, password),
        another: (session, options = {}) => running().client.login(session.userId.slice(1).split(':')[0] ?? '', password, options),
        passwordOf: ({ userId }) => ({ type: 'm.login.password', identifier: { type: 'm.id.user', user: userId }, password }),
      });
    });
  }
}
