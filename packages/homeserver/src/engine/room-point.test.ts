import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ChangeIndex } from '../streams/change-index.ts';
import { pointAt, type PointDeps } from './room-point.ts';
import { streamKinds } from '@hearth/storage';
import { onEngine } from '@hearth/storage/testing';

const row = (kind: number, subject: number): { kind: number; room: number; usr: null; subject: number; detail: null } => ({
  kind,
  room: 1,
  usr: null,
  subject,
  detail: null,
});

onEngine(
  'sqlite',
  'the state of a room at a position is that after its newest event, or what a later row of the stream says',
  async ({ database }) => {
    const changes = new ChangeIndex(database);
    await changes.preload(0);
    const engine = { event: async (number: number) => ({ stateAfter: number * 10, countable: number }) } as unknown as PointDeps['engine'];
    const stream = [row(streamKinds.event, 1), row(streamKinds.state, 15), row(streamKinds.event, 2), row(streamKinds.receipt, 9)];
    changes.consume((await database.write({ claims: [], statements: [], stream })).entries);
    for (const index of [changes, new ChangeIndex(database)]) {
      const at = (position: number): ReturnType<typeof pointAt> => pointAt({ changes: index, engine }, 1, position);
      assert.equal(await at(0), undefined);
      assert.deepEqual(
        [await at(1), await at(2)],
        [
          { state: 10, countable: 1 },
          { state: 15, countable: 1 },
        ],
      );
      assert.deepEqual(
        [await at(3), await at(4)],
        [
          { state: 20, countable: 2 },
          { state: 20, countable: 2 },
        ],
      );
    }
  },
);

test('a room of which nothing is in the stream has no point', async () => {
  const changes = { lastRoomEntry: async () => undefined } as unknown as ChangeIndex;
  assert.equal(await pointAt({ changes } as unknown as PointDeps, 1, 100), undefined);
});
