import assert from 'node:assert/strict';
import { test } from 'node:test';

import { publicRoom, testEngine } from './testing/test-engine.ts';

test('rooms that are made alike within one millisecond are rooms of their own', async () => {
  const { engine, close } = await testEngine();
  const room = { ...publicRoom('12'), originServerTs: 1_700_000_000_000 };
  const created = await Promise.all([engine.createRoom(room), engine.createRoom(room), engine.createRoom(room)]);
  assert.equal(new Set(created.map(({ roomId }) => roomId)).size, 3);
  for (const { roomId, room: number } of created) assert.equal((await engine.room(roomId))?.number, number);
  await close();
});
