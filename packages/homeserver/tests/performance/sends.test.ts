import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { TestClock } from '@hearth/kit/testing';
import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

/*
 * What sending costs, in commits, statements and reads: how fast a machine is has no part in it. The times are in
 * docs/performance.md.
 */

const sends = 100;

type World = { readonly hearth: TestHearth; readonly alice: Session; readonly rooms: readonly string[] };

/**
 * A server with a user in many rooms, who has sent something to each before, so that caches are warm. Its clock stands still:
 * what the server reads by itself from time to time is not part of what a message costs.
 */
async function world(t: TestContext, env: Record<string, string>): Promise<World> {
  const hearth = await startHearth({ env, clock: new TestClock() });
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'password of alice');
  const rooms: string[] = [];
  for (let count = 0; count < sends; count += 10) {
    rooms.push(...(await Promise.all(Array.from({ length: 10 }, () => alice.createRoom({ preset: 'public_chat' })))));
  }
  await Promise.all(rooms.map((room) => alice.sendText(room, 'warm')));
  return { hearth, alice, rooms };
}

/** How much the counters moved while `work` ran. */
async function counted({ hearth }: World, work: () => Promise<unknown>) {
  const { counters } = hearth.server.database;
  const before = { ...counters };
  await work();
  const moved = (name: keyof typeof before): number => counters[name] - before[name];
  return {
    writes: moved('writes'),
    groups: moved('groups'),
    commits: moved('commits'),
    splits: moved('splits'),
    stale: moved('stale'),
    statementsWritten: moved('statementsWritten'),
    rowsWritten: moved('rowsWritten'),
    statementsRead: moved('statementsRead'),
  };
}

for (const engine of ['sqlite', 'postgres'] as const) {
  const onEngine = (name: string, run: (world: World) => Promise<void>): void => {
    void test(`${name} (${engine})`, async (t) => {
      let database: TestDatabase | undefined;
      try {
        database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      } catch (error) {
        if (!(error instanceof NoCluster)) throw error;
        t.skip(error.message);
        return;
      }
      // Hooks run in the order in which they are set: the server stops before its database goes.
      const place = await world(t, database === undefined ? {} : { HEARTH_DATABASE: database.url });
      t.after(() => database?.remove());
      await run(place);
    });
  };

  onEngine('100 sends at the same time to 100 rooms share a few commits', async (place) => {
    const { alice, rooms } = place;
    const { writes, groups, commits, splits, stale } = await counted(place, () =>
      Promise.all(rooms.map((room) => alice.sendText(room, 'together'))),
    );
    assert.deepEqual({ writes, splits, stale }, { writes: sends, splits: 0, stale: 0 });
    // Whatever arrives while one commit runs goes with the next: far fewer commits than messages.
    assert.ok(groups <= sends / 5, `${groups} groups for ${sends} messages`);
    assert.equal(commits, groups);
  });

  onEngine('100 sends at the same time to one room share a few commits, since a room need not wait for its own writes', async (place) => {
    const { alice, rooms } = place;
    const { writes, groups, splits, stale } = await counted(place, () =>
      Promise.all(rooms.map((_, index) => alice.sendText(rooms[0] as string, `hot ${index}`))),
    );
    assert.deepEqual({ writes, splits, stale }, { writes: sends, splits: 0, stale: 0 });
    assert.ok(groups <= sends / 3, `${groups} groups for ${sends} messages`);
  });

  onEngine('a message is a handful of statements, and reads nothing', async (place) => {
    const { alice, rooms } = place;
    const { statementsWritten, rowsWritten, statementsRead } = await counted(place, async () => {
      for (const room of rooms) await alice.sendText(room, 'alone');
    });
    // The event, its transaction id, the sender's read floor and the room; the claim and the stream row come on top.
    assert.ok(statementsWritten <= 4 * sends, `${statementsWritten} statements for ${sends} messages`);
    assert.ok(rowsWritten <= 5 * sends, `${rowsWritten} rows for ${sends} messages`);
    assert.equal(statementsRead, 0);
  });

  onEngine('a repeated transaction id writes nothing', async (place) => {
    const { alice, rooms } = place;
    const [room] = rooms as [string];
    const content = { msgtype: 'm.text', body: 'once' };
    const eventId = await alice.send(room, 'm.room.message', content, 'the-same');
    const { writes } = await counted(place, async () => {
      for (let count = 0; count < 10; count++) assert.equal(await alice.send(room, 'm.room.message', content, 'the-same'), eventId);
    });
    assert.equal(writes, 0);
  });
}
