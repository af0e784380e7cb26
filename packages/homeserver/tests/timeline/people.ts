import { after, before, describe, test } from 'node:test';

import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

/** Three people, and a public room that the first made and the second is in. */
export type People = {
  readonly hearth: TestHearth;
  readonly alice: Session;
  readonly bob: Session;
  /** Knows nobody and is nowhere. */
  readonly eve: Session;
  /** Another one for each test. */
  readonly room: string;
};

export const password = 'password of everybody';

type It = (name: string, run: (people: People) => Promise<void>) => void;

/** Registers tests once for a server on each database; the tests of a group share it. */
export function onEachServer(title: string, define: (it: It) => void): void {
  for (const engine of ['sqlite', 'postgres'] as const) {
    void describe(`${title} (${engine})`, () => {
      let database: TestDatabase | undefined;
      let missing: string | undefined;
      let people: Omit<People, 'room'> | undefined;
      before(async () => {
        try {
          database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
        } catch (error) {
          if (!(error instanceof NoCluster)) throw error;
          missing = error.message;
          return;
        }
        const hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
        const [alice, bob, eve] = await Promise.all(['alice', 'bob', 'eve'].map((name) => hearth.client.register(name, password)));
        if (alice && bob && eve) people = { hearth, alice, bob, eve };
      });
      after(async () => {
        await people?.hearth.stop();
        await database?.remove();
      });
      define((name, run) => {
        void test(name, async (t) => {
          if (people === undefined) return t.skip(missing);
          const room = await people.alice.createRoom({ preset: 'public_chat' });
          await people.bob.join(room);
          await run({ ...people, room });
        });
      });
    });
  }
}

/** A path of the client-server API under another prefix. */
export function under(prefix: string, path: string): string {
  return path.replace('/_matrix/client/v3', prefix);
}

/** Prefixes of 2015 and of before Matrix 1.1. */
export const olderPrefixes: readonly string[] = ['/_matrix/client/r0', '/_matrix/client/api/v1', '/_matrix/client/v2_alpha'];

/** Rooms where nobody but their members may do anything, and what is none. */
export async function closedRooms({ alice }: People): Promise<readonly string[]> {
  return [await alice.createRoom(), '!nowhere:hearth.test', 'no-room'];
}

export type Event = {
  readonly type: string;
  readonly event_id: string;
  readonly room_id: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly origin_server_ts: number;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned?: Readonly<Record<string, unknown>>;
  readonly redacts?: string;
};

export function idsOf(events: readonly Event[]): string[] {
  return events.map((event) => event.event_id);
}

/** A text of so many bytes. */
export function bytesOf(count: number): string {
  return 'x'.repeat(count);
}
