import assert from 'node:assert/strict';

import { NoAnswer, type ServerQuestion } from '../server-client.ts';
import { sendWaiting } from './destination-queue.ts';
import { queueRows, readDestination, readWaitingServers, tryNowRow } from './queue-store.ts';
import { seededRandom, TestClock } from '@hearth/kit/testing';
import { jsonObject, own, ownArray, type ServerName } from '@hearth/protocol';
import { claimLease, type Database } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

const server = 'two.test' as ServerName;
const clock = new TestClock();

/** A queue for two.test, which answers each transaction with the status that the test says; 0 is no answer. */
async function place(database: Database, life = 1) {
  const sent: { readonly uri: string; readonly events: readonly unknown[] }[] = [];
  const says = { status: (_events: readonly unknown[]): number => 200 };
  const client = {
    ask: async ({ uri, content = jsonObject({}), from }: ServerQuestion) => {
      assert.equal(from, 'one.test');
      assert.equal(own(content, 'origin'), 'one.test');
      const events = (ownArray(content, 'pdus') ?? []).map((pdu) => (pdu as { n: number }).n);
      sent.push({ uri, events });
      const status = says.status(events);
      if (status === 0) throw new NoAnswer('unreachable', 'nobody is there');
      return { status, body: jsonObject({}) };
    },
  };
  const events = async (numbers: readonly number[]) =>
    numbers.map((n) => ({
      room: 1,
      verdict: 'accepted',
      event: { type: 't', sender: '@a:one.test', pdu: jsonObject({ n, unsigned: {} }) },
    }));
  const deps = { database, client, events, clock, random: seededRandom(life), domain: 'one.test' };
  let holders = 0;
  return {
    sent,
    says,
    /** Events n, …, n + count − 1 of a room, each at the position of its number. */
    queue: async (first: number, count: number, room = 1) => {
      const numbers = Array.from({ length: count }, (_, index) => first + index);
      for (const n of numbers) await database.write({ claims: [], statements: queueRows([server], n, room, n), stream: [] });
    },
    /** What a look at the queues does; false when the server may not be tried yet. */
    look: async (): Promise<boolean> => {
      if (!(await readWaitingServers(database.reader, clock.now(), 10)).includes(server)) return false;
      const lease = await claimLease(database, {
        name: 'destination/two.test',
        holder: `h${(holders += 1)}`,
        nowTs: clock.now(),
        ttlMs: 0,
      });
      assert.ok(lease);
      await sendWaiting(deps, server, lease, new AbortController().signal);
      return true;
    },
    destination: () => readDestination(database.reader, server),
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

onEachEngine('what waits goes out in its order, fifty at once, and then nothing waits', async ({ database }) => {
  const { queue, look, sent } = await place(database);
  await queue(1, 120);
  assert.equal(await look(), true);
  assert.deepEqual(
    sent.map(({ events }) => events),
    [range(1, 50), range(51, 100), range(101, 120)],
  );
  assert.equal(new Set(sent.map(({ uri }) => uri)).size, 3);
  assert.equal(await look(), false);
});

onEachEngine('a transaction that failed comes again as it was, whatever has come meanwhile and whoever sends it', async ({ database }) => {
  const first = await place(database);
  await first.queue(1, 2);
  first.says.status = () => 0;
  await first.look();
  await first.queue(3, 1);
  clock.advance(10_000);
  const second = await place(database, 2);
  await second.look();
  assert.deepEqual(
    second.sent.map(({ events }) => events),
    [[1, 2], [3]],
  );
  assert.equal(second.sent[0]?.uri, first.sent[0]?.uri);
  assert.notEqual(second.sent[1]?.uri, first.sent[0]?.uri);
});

onEachEngine(
  'pauses after failures double up to a day, are kept over restarts, and end when the server shows itself',
  async ({ database }) => {
    const { queue, look, says, sent, destination } = await place(database);
    await queue(1, 1);
    says.status = () => 0;
    let pause = 10_000;
    for (let failures = 1; failures <= 16; failures += 1) {
      assert.equal(await look(), true);
      const row = await destination();
      assert.equal(row?.failures, failures);
      assert.match(row?.last_error ?? '', /nobody is there/);
      clock.advance(Math.min(pause, 24 * 60 * 60_000) - 1);
      assert.equal(await look(), false);
      clock.advance(1);
      pause *= 2;
    }
    await look();
    assert.equal(await look(), false);
    says.status = () => 200;
    await database.write({ claims: [], statements: [tryNowRow(server)], stream: [] });
    assert.equal(await look(), true);
    assert.deepEqual(sent.at(-1)?.events, [1]);
    const row = await destination();
    assert.deepEqual([row?.failures, row?.last_error, row?.txn_body], [0, null, null]);
  },
);

onEachEngine(
  'for a server that does not answer the newest event of each room waits, beside the transaction that was begun',
  async ({ database }) => {
    const { queue, look, says, sent } = await place(database);
    await queue(1, 2);
    says.status = () => 0;
    await look();
    await queue(3, 100, 1);
    await queue(200, 100, 2);
    says.status = () => 200;
    clock.advance(10_000);
    await look();
    assert.deepEqual(
      sent.slice(1).map(({ events }) => events),
      [
        [1, 2],
        [102, 299],
      ],
    );
  },
);

onEachEngine('MD-05 an event that the other side refuses is left out after three tries, and nothing else is', async ({ database }) => {
  const { queue, look, says, sent } = await place(database);
  await queue(1, 20);
  says.status = (events) => (events.includes(7) ? 400 : 200);
  // Bound: a try for the whole, three for the event, and the pauses between those.
  for (let round = 0; round < 10; round += 1) {
    await look();
    clock.advance(60_000);
  }
  const arrived = sent.filter(({ events }) => !events.includes(7)).flatMap(({ events }) => events);
  assert.deepEqual(arrived, [...range(1, 6), ...range(8, 20)]);
  assert.deepEqual(sent.filter(({ events }) => events.length === 1 && events[0] === 7).length, 3);
  assert.equal(await look(), false);
});

onEachEngine('a server that refuses us as a whole loses nothing: it is tried again later', async ({ database }) => {
  const { queue, look, says, sent } = await place(database);
  await queue(1, 2);
  for (const status of [401, 403, 404, 429, 502, 503]) {
    says.status = () => status;
    await look();
    clock.advance(24 * 60 * 60_000);
  }
  says.status = () => 200;
  await look();
  assert.deepEqual(new Set(sent.map(({ uri }) => uri)).size, 1);
  assert.deepEqual(sent.at(-1)?.events, [1, 2]);
});
