import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventReader } from './event-reader.ts';
import { redacted } from './redact-event.ts';
import { manyEvents } from './store.ts';
import { testCaches } from './testing/test-caches.ts';
import { alice, publicRoom, testEngine } from './testing/test-engine.ts';
import type { Database, Reader } from '@hearth/storage';

test('EA-10 a reading that began before a redaction does not bring the old words back', async () => {
  const t = await testEngine();
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  const { record } = await t.engine.submit(roomId, { type: 'm.room.message', sender: alice, content: { body: 'canary' } });
  let gate = Promise.withResolvers<void>();
  let slow = true;
  // Rows that were read before the commit and arrive after it.
  const reader: Reader = {
    all: async (query, params) => {
      const rows = await t.database.reader.all(query, params);
      if (slow) await gate.promise;
      return rows;
    },
    first: async (query, params) => {
      const row = await t.database.reader.first(query, params);
      if (slow) await gate.promise;
      return row;
    },
  };
  for (const tell of ['forget', 'publish'] as const) {
    gate = Promise.withResolvers<void>();
    slow = true;
    const events = new EventReader({ reader } as Database, testCaches());
    const early = [
      events.byNumber(record.number),
      events.byNumbers([record.number]),
      events.byId(record.event.eventId),
      events.byIds([record.event.eventId]),
    ];
    await new Promise((resolve) => setImmediate(resolve));
    if (tell === 'forget') events.forget(record.number);
    else events.publish(redacted(record, 1).record);
    gate.resolve();
    for (const reading of early) await reading;
    assert.equal(events.peek(record.number)?.event.content['body'], undefined);
    slow = false;
    assert.ok(await events.byNumber(record.number));
  }
  await t.close();
});

test('many events are decoded in slices, between which others have a turn', async () => {
  const t = await testEngine();
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  const body = { msgtype: 'm.text', body: 'one of many' };
  const submitted = await t.engine.submitAll(
    roomId,
    Array.from({ length: 60 }, () => ({ type: 'm.room.message', sender: alice, content: body })),
  );
  const records = submitted.map(({ record }) => record);
  const numbers = Array.from({ length: 240 }, (_, index) => records[index % records.length]?.number ?? 0);
  const rows = await t.database.reader.all(manyEvents, [numbers]);
  const all = Array.from({ length: 4 }, () => rows).flat();
  // The rows are there at once: nothing but the slices lets others run.
  const reader = { ...t.database.reader, all: async () => all } as unknown as Reader;
  const events = new EventReader({ reader } as Database, testCaches());
  events.rememberRoom(records[0]?.room ?? 0, { roomId, rules: records[0]?.rules ?? assert.fail() });
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (turns < 100) setImmediate(count);
  };
  setImmediate(count);
  const found = await events.byNumbers(numbers);
  assert.equal(turns, 2);
  turns = 100;
  assert.equal(found.filter((record) => record?.event.content['body'] === 'one of many').length, 240);
  await t.close();
});
