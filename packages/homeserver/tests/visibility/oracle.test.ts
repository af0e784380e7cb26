import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { reads } from './reads.ts';
import { type Event, rightsOf } from './reference.ts';
import { play, settings, timelines } from './stories.ts';
import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { clientPath, type Session, startHearth, type TestHearth } from '@hearth/testkit';

/*
 * AC-01: whatever the history's setting is and whichever way somebody went through a room, every endpoint that reads events shows them
 * what the reference says, and nothing else.
 */

for (const engine of ['sqlite', 'postgres'] as const) {
  void describe(`AC-01: who sees what, by every endpoint (${engine})`, () => {
    let hearth: TestHearth | undefined;
    let database: TestDatabase | undefined;
    let host: Session;
    let reader: Session;
    before(async () => {
      try {
        database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      } catch (error) {
        if (error instanceof NoCluster) return;
        throw error;
      }
      hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      host = await hearth.client.register('host', 'password of the host');
      reader = await hearth.client.register('reader', 'password of the reader');
    });
    after(async () => {
      await hearth?.stop();
      await database?.remove();
    });

    // What differs between the engines are the queries, and for them two settings do.
    for (const setting of engine === 'sqlite' ? settings : settings.slice(1, 3)) {
      for (const [name, acts] of Object.entries(timelines)) {
        void test(`${setting.join(', then ')}: ${name}`, async (t) => {
          if (hearth === undefined) return t.skip('there is no PostgreSQL here');
          const story = await play(host, reader, acts, setting);
          const { chunk } = await host.ok('GET', clientPath`/rooms/${story.room}/messages`, { query: { dir: 'f', limit: 1000 } });
          const history = chunk as readonly Event[];
          const rights = rightsOf(history, reader.userId, name === 'forgotten');
          const wrong: string[] = [];
          for (const [way, read] of Object.entries(reads)) {
            await read({ reader, story, history, rights }).catch((error: Error) => wrong.push(`${way}: ${error.message}`));
          }
          assert.deepEqual(wrong, []);
        });
      }
    }
  });
}
