import { after, before, describe, test } from 'node:test';

import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { type Session, type SlidingBody, SlidingClient, startHearth, type TestHearth } from '@hearth/testkit';

export const password = 'password of everybody';
export const path = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';

export type Server = {
  readonly hearth: TestHearth;
  /** Somebody whom no other test knows. */
  readonly somebody: () => Promise<Session>;
  /** The server on the same database, once more. */
  readonly restart: () => Promise<TestHearth>;
};

type It = (name: string, run: (server: Server) => Promise<void>) => void;

/** Registers tests once for a server on each database; the tests of a group share it. */
export function onEachServer(title: string, define: (it: It) => void): void {
  for (const engine of ['sqlite', 'postgres'] as const) {
    void describe(`${title} (${engine})`, () => {
      let database: TestDatabase | undefined;
      let missing: string | undefined;
      let hearth: TestHearth | undefined;
      let people = 0;
      before(async () => {
        try {
          database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
        } catch (error) {
          if (!(error instanceof NoCluster)) throw error;
          missing = error.message;
          return;
        }
        hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      });
      after(async () => {
        await hearth?.stop();
        await database?.remove();
      });
      define((name, run) => {
        void test(name, async (t) => {
          if (hearth === undefined) return t.skip(missing);
          const here = hearth;
          const somebody = (): Promise<Session> => here.client.register(`somebody${(people += 1)}`, password);
          const restart = async (): Promise<TestHearth> => (hearth = await here.restart());
          await run({ hearth, somebody, restart });
        });
      });
    });
  }
}

/** One list of all rooms. */
export function allRooms(
  timeline = 5,
  more: object = {},
  required: readonly (readonly [string, string])[] = [['m.room.create', '']],
): SlidingBody {
  return { lists: { all: { ranges: [[0, 99]], timeline_limit: timeline, required_state: required, ...more } } };
}

export function clientOf(session: Session, asks: SlidingBody = allRooms()): SlidingClient {
  return new SlidingClient(session, asks);
}

/** Resolves when a request of each of so many users waits. */
export async function waiting(hearth: TestHearth, users = 1): Promise<void> {
  while (hearth.server.spine.notifier.waitingUsers < users) await new Promise((resolve) => setImmediate(resolve));
}

export const ids = (events: readonly { readonly event_id: string }[]): string[] => events.map((event) => event.event_id);
