import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shareOut } from './rooms.ts';

test('every user has a room and every room has a member, whichever are more', () => {
  assert.deepEqual(shareOut(3, 3), { membersOf: [[0], [1], [2]], roomsOf: [[0], [1], [2]] });
  assert.deepEqual(shareOut(3, 1), { membersOf: [[0, 1, 2]], roomsOf: [[0], [0], [0]] });
  assert.deepEqual(shareOut(2, 5), {
    membersOf: [[0], [1], [0], [1], [0]],
    roomsOf: [
      [0, 2, 4],
      [1, 3],
    ],
  });
  assert.deepEqual(shareOut(5, 2), {
    membersOf: [
      [0, 2, 4],
      [1, 3],
    ],
    roomsOf: [[0], [1], [0], [1], [0]],
  });
});
