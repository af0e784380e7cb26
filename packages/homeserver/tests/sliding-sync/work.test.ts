import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { quiet } from '../quiet.ts';
import { clientOf, password, waiting } from './people.ts';
import { sleep, systemClock } from '@hearth/kit';
import { roomVersionRules, type RoomVersionRules } from '@hearth/protocol';
import { streamKinds } from '@hearth/storage';
import { type Session, type SlidingBody, startHearth, type TestHearth } from '@hearth/testkit';

/*
 * What sliding sync costs, in rows and timelines: how fast a machine is has no part in it.
 */

let hearth: TestHearth;
let alice: Session;
const rooms: string[] = [];
/** Numbers of the rooms whose events were looked for. */
const touched = new Set<number>();
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', password);
  for (let count = 0; count < 2_000; count += 200)
    rooms.push(...(await Promise.all(Array.from({ length: 200 }, (_, index) => bareRoom(`room ${count + index}`)))));
  const { changes } = hearth.server.spine;
  const { newestRoomEntries } = changes;
  changes.newestRoomEntries = (room, kind, ...rest) => {
    if (kind === streamKinds.event) touched.add(room);
    return newestRoomEntries.call(changes, room, kind, ...rest);
  };
});
after(() => hearth.stop());

const rules = roomVersionRules('12') as RoomVersionRules;

/** A room of Alice's, made without the API's other costs; rooms alike would have the same id. */
async function bareRoom(name: string): Promise<string> {
  const member = { type: 'm.room.member', sender: alice.userId, stateKey: alice.userId, content: { membership: 'join' } };
  return (await hearth.server.spine.engine.createRoom({ rules, creator: alice.userId, creationContent: { name }, events: [member] }))
    .roomId;
}

function top(last: number, filters: object = {}): SlidingBody {
  return {
    lists: { all: { ranges: [[0, last]], timeline_limit: 1, required_state: [['m.room.create', '']], filters } },
    extensions: { e2ee: { enabled: true }, account_data: { enabled: true }, receipts: { enabled: true }, typing: { enabled: true } },
  };
}

async function cost(run: () => Promise<unknown>): Promise<{ readonly rows: number; readonly timelines: number }> {
  const { counters } = hearth.server.database;
  touched.clear();
  const before = counters.rowsRead;
  await run();
  return { rows: counters.rowsRead - before, timelines: touched.size };
}

test('the first 20 rooms of 2,000 touch 20 timelines, and one changed room one', async () => {
  const client = clientOf(alice, top(19));
  const first = await cost(() => client.sync());
  assert.deepEqual([client.rooms.size, client.counts.get('all')], [20, 2_000]);
  assert.equal(first.timelines, 20);

  // The least of some, since what follows the stream may still be behind it, and the server looks at its own clock in between.
  let least = Infinity;
  for (let tries = 0; tries < 300 && least > 0; tries += 1) {
    const { rows, timelines } = await cost(() => client.sync());
    assert.equal(timelines, 0);
    least = Math.min(least, rows);
    if (least > 0) await sleep(systemClock(), 100);
  }
  assert.equal(least, 0);

  await alice.sendText(rooms[5] as string, 'news');
  await quiet(hearth);
  const one = await cost(async () => assert.deepEqual(Object.keys((await client.sync()).rooms), [rooms[5]]));
  assert.equal(one.timelines, 1);
  assert.ok(one.rows <= 60, `${one.rows} rows`);
  await alice.sendText(rooms[5] as string, 'more');
  await quiet(hearth);
  const again = await cost(async () => assert.deepEqual(Object.keys((await client.sync()).rooms), [rooms[5]]));
  assert.equal(again.timelines, 1);
  assert.ok(again.rows <= 10, `${again.rows} rows`);

  // The next page costs the rooms that are new in it.
  client.asks = top(39);
  assert.equal((await cost(() => client.sync())).timelines, 19);
});

test('what filters ask of 2,000 rooms is read once', async () => {
  const client = clientOf(alice, top(9, { not_room_types: ['m.space'], is_encrypted: false }));
  await client.sync();
  await alice.sendText(rooms[7] as string, 'news');
  const { rows, timelines } = await cost(() => client.sync());
  assert.equal(timelines, 1);
  assert.ok(rows <= 60, `${rows} rows`);
});

test('one event for many waiting clients wakes each once and becomes text once, and wakes nobody in other rooms', async () => {
  const { engine, notifier, clientEvents } = hearth.server.spine;
  const room = await alice.createRoom({ preset: 'public_chat' });
  const elsewhere = await alice.createRoom();
  const people = await Promise.all(Array.from({ length: 20 }, (_, index) => hearth.client.register(`crowd${index}`, password)));
  for (const { userId } of people) {
    await engine.submit(room, { type: 'm.room.member', sender: userId, stateKey: userId, content: { membership: 'join' } });
  }
  const clients = people.map((person) => clientOf(person, top(19)));
  await Promise.all(clients.map((client) => client.sync()));
  const answers = clients.map((client) => client.sync(20_000));
  await waiting(hearth, people.length);
  const before = { wakes: notifier.wakes, texts: clientEvents.baseTexts.serialisations };
  await alice.sendText(elsewhere, 'for nobody');
  assert.equal(notifier.wakes, before.wakes);
  const event = await alice.sendText(room, 'for all');
  for (const answer of await Promise.all(answers)) assert.equal(answer.rooms[room].timeline[0].event_id, event);
  assert.equal(notifier.wakes - before.wakes, people.length);
  assert.equal(clientEvents.baseTexts.serialisations - before.texts, 1);
});
