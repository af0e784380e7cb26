import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { EventRecord } from './event-record.ts';
import { alice, publicRoom, testEngine } from './testing/test-engine.ts';

const numbers = (records: readonly EventRecord[]): number[] => records.map((record) => record.number).toSorted((a, b) => a - b);

test('the face of a room is its state without its members, and costs what changed', async () => {
  const { engine, database, reopen } = await testEngine();
  const { roomId } = await engine.createRoom(publicRoom('12'));
  const join = (index: number): object & { type: string; sender: string; stateKey: string; content: { membership: string } } => {
    const user = `@user${index}:hearth.test`;
    return { type: 'm.room.member', sender: user, stateKey: user, content: { membership: 'join' } };
  };
  const facesMatch = async (of = engine): Promise<void> => {
    const room = await of.room(roomId);
    assert.ok(room);
    const state = of.currentState(room);
    const expected = (await state.all()).filter(({ event }) => event.type !== 'm.room.member');
    assert.deepEqual(numbers(await state.face()), numbers(expected));
    assert.ok(expected.length > 0);
  };
  await facesMatch();
  for (let start = 0; start < 300; start += 100)
    await engine.submitAll(
      roomId,
      Array.from({ length: 100 }, (_, index) => join(start + index)),
    );
  await facesMatch();
  const before = (await engine.room(roomId)) ?? assert.fail();
  await engine.submitAll(roomId, [
    join(301),
    { type: 'm.room.name', sender: alice, stateKey: '', content: { name: 'x' } },
    { type: 'org.example.new', sender: alice, stateKey: 'y', content: {} },
  ]);
  const room = (await engine.room(roomId)) ?? assert.fail();
  const rows = database.counters.rowsRead;
  const face = await engine.currentState(room).face();
  assert.ok(face.some(({ event }) => event.type === 'm.room.name') && face.some(({ event }) => event.type === 'org.example.new'));
  assert.ok(database.counters.rowsRead - rows <= 20, `${database.counters.rowsRead - rows} rows`);
  await facesMatch();
  // An older state than the one known, and a start with nothing in memory.
  const older = await engine.stateAt(before.number, before.state);
  assert.ok(!(await older?.face())?.some(({ event }) => event.type === 'm.room.name'));
  await engine.drain();
  const again = await reopen();
  await facesMatch(again.engine);
  await again.close();
});
