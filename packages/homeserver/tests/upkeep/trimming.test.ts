import assert from 'node:assert/strict';

import { trimStream } from '../../src/upkeep/jobs/trim-stream.ts';
import { transactionMs, trimTransactions } from '../../src/upkeep/jobs/trim-transactions.ts';
import { Upkeep } from '../../src/upkeep/service.ts';
import { onEachDatabase, type Place } from '../rooms/place.ts';
import { systemClock } from '@hearth/kit';
import { scan, streamKinds } from '@hearth/storage';

const signal = new AbortController().signal;

async function count({ hearth }: Place, what: 'transactions' | 'notices'): Promise<number> {
  const condition = what === 'transactions' ? 'transactions' : `stream WHERE kind IN (${streamKinds.typing}, ${streamKinds.purged})`;
  const query = scan<{ count: number }>(`test-count-${what}`, `SELECT COUNT(*) AS count FROM ${condition}`);
  return (await hearth.server.database.reader.first(query, []))?.count ?? 0;
}

onEachDatabase('what grows', (it) => {
  it('transaction ids are forgotten after a week, and before that a repeated request still answers the same', async (place) => {
    const { hearth, alice } = place;
    const { database } = hearth.server;
    const room = await alice.createRoom();
    const first = await alice.send(room, 'm.x', { n: 1 }, 'repeated');
    for (let n = 0; n < 3; n += 1) await alice.sendText(room, String(n));
    const run = (ahead: number) =>
      trimTransactions(new Upkeep(database), { ...systemClock(), now: () => systemClock().now() + ahead }).run({}, signal);
    const before = await count(place, 'transactions');
    assert.deepEqual(await run(0), { next: {}, afterMs: 3_600_000 });
    assert.equal(await count(place, 'transactions'), before);
    assert.equal(await alice.send(room, 'm.x', { n: 1 }, 'repeated'), first);
    assert.deepEqual(await run(transactionMs + 1_000), { next: {}, afterMs: 3_600_000 });
    assert.equal(await count(place, 'transactions'), 0);
  });

  it('the stream keeps what told only nodes for one run of the job, and its newest row for ever', async (place) => {
    const { database, spine } = place.hearth.server;
    const { run } = trimStream(new Upkeep(database));
    const notice = { kind: streamKinds.purged, room: null, usr: null, subject: 1, detail: '1,2' };
    await database.write({ claims: [], statements: [], stream: Array.from({ length: 50 }, () => notice) });
    const head = await database.head();
    const before = await count(place, 'notices');
    assert.ok(before >= 50);
    const first = await run({}, signal);
    assert.deepEqual(first, { next: { from: 0, below: head }, afterMs: 3_600_000 });
    assert.equal(await count(place, 'notices'), before);
    assert.deepEqual(await run({ from: 0, below: head }, signal), { next: { from: head, below: head }, afterMs: 3_600_000 });
    assert.equal(await count(place, 'notices'), 1);
    // A node that was behind still gets to the end.
    await spine.tail.caughtUp();
    assert.equal(await database.head(), head);
  });

  it('a run that was stopped goes on where it was', async ({ hearth }) => {
    const { run } = trimStream(new Upkeep(hearth.server.database));
    assert.deepEqual(await run({ from: 3, below: 20_000 }, AbortSignal.abort()), { next: { from: 3, below: 20_000 }, afterMs: 0 });
  });

  it('the server has each job once, and it comes back after it was done', async ({ hearth }) => {
    const jobs = scan<{ number: number; kind: string }>(
      'test-recurring',
      'SELECT number, kind FROM jobs WHERE number < 0 ORDER BY number DESC',
    );
    const rows = await hearth.server.database.reader.all(jobs, []);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      [
        'upkeep-trim-transactions',
        'upkeep-trim-stream',
        'search-rewrite-index',
        'retention-remove-expired',
        'delayed-events-forget-finalised',
        'upkeep-remove-imports',
      ],
    );
  });
});
