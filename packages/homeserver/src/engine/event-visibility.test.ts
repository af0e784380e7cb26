import assert from 'node:assert/strict';

import type { RoomEngine } from './engine.ts';
import { EventVisibility } from './event-visibility.ts';
import { fixedEngine } from './testing/fixed-engine.ts';
import { publicRoom } from './testing/test-engine.ts';
import { onEachEngine } from '@hearth/storage/testing';

const noneErased = { among: async () => new Map<number, number>() };

onEachEngine('AC-08: an event whose state is not known is shown to nobody, not even to its sender', async ({ database }) => {
  const engine = await fixedEngine(database);
  const { roomId } = await engine.createRoom(publicRoom('12'));
  const sender = '@alice:hearth.test';
  const { record } = await engine.submit(roomId, { type: 'm.room.message', sender, content: { body: 'x' } });
  const visibility = new EventVisibility(engine, noneErased);
  assert.deepEqual(await visibility.filter([record], sender, 'join'), [record]);
  for (const unknown of [
    { ...record, stateBefore: null },
    { ...record, inTimeline: false },
  ]) {
    assert.deepEqual(await visibility.filter([unknown], sender, 'join'), []);
  }
  const forgetful = { stateAt: async () => undefined } as unknown as RoomEngine;
  assert.deepEqual(await new EventVisibility(forgetful, noneErased).filter([record], sender, 'join'), []);
});
