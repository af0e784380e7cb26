import { after, before, describe, test, type TestContext } from 'node:test';

import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { clientPath, type RequestOptions, type Session, startHearth, type TestHearth } from '@hearth/testkit';

/** A server and three people who know each other. */
export type Place = { readonly hearth: TestHearth; readonly alice: Session; readonly bob: Session; readonly carol: Session };

type It = (name: string, run: (place: Place, t: TestContext) => Promise<void>) => void;

/** The same tests on a server on SQLite and on one on PostgreSQL, which is skipped where there is none. */
export function onEachDatabase(title: string, define: (it: It) => void, env: Readonly<Record<string, string>> = {}): void {
  for (const engine of ['sqlite', 'postgres'] as const) {
    void describe(`${title}, on ${engine}`, () => {
      let database: TestDatabase | undefined;
      let place: Place | undefined;
      before(async () => {
        try {
          database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
        } catch (error) {
          if (!(error instanceof NoCluster)) throw error;
          return;
        }
        place = await newPlace(database, env);
      });
      after(async () => {
        await place?.hearth.stop();
        await database?.remove();
      });
      define((name, run) => {
        void test(name, async (t) => {
          if (place) await run(place, t);
          else t.skip('there is no PostgreSQL');
        });
      });
    });
  }
}

async function newPlace(database: TestDatabase | undefined, env: Readonly<Record<string, string>>): Promise<Place> {
  const hearth = await startHearth({ env: { ...env, ...(database === undefined ? {} : { HEARTH_DATABASE: database.url }) } });
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((name) => hearth.client.register(name, password)));
  return { hearth, alice, bob, carol } as Place;
}

export const password = 'correct horse battery';

/** The path of what can be done in a room. */
export function inRoom(room: string, verb: string): string {
  return `${clientPath`/rooms/${room}`}/${verb}`;
}

/** Somebody who must be refused what they try in a room with 403 M_FORBIDDEN; returns the sentence. */
export async function forbidden(client: Session, room: string, verb: string, body: RequestOptions['body'] = {}): Promise<string> {
  return (await client.refused(403, 'M_FORBIDDEN', 'POST', inRoom(room, verb), { body })).error;
}

export type Event = {
  readonly type: string;
  readonly event_id: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly content: Readonly<Record<string, unknown>>;
};

/** All events of a short room, oldest first, without what differs from one reading to the next. */
export async function eventsOf(member: Session, room: string): Promise<readonly Event[]> {
  const { chunk } = await member.messages(room, { dir: 'f', limit: 200 });
  return chunk.map(({ unsigned: _unsigned, ...event }: Event & { unsigned: object }) => event);
}

/** Somebody's present membership as a member sees it: 'leave' for those who were never in. */
export async function membershipOf(member: Session, room: string, userId: string): Promise<string> {
  const answer = await member.request('GET', clientPath`/rooms/${room}/state/m.room.member/${userId}`);
  return answer.status === 404 ? 'leave' : answer.body.membership;
}

/** Registers further people, whose names are used nowhere else. */
export function crowd({ hearth }: Place, prefix: string, count: number): Promise<Session[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => hearth.client.register(`${prefix}${index}`, password)));
}
