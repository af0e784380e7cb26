import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Notifier } from '../streams/notifier.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import { longPoll } from './poll.ts';
import { TestClock } from '@hearth/kit/testing';

function setUp(): { readonly clock: TestClock; readonly notifier: Notifier; readonly userRooms: UserRooms } {
  const userRooms = { of: async () => new Map(), membersAround: () => new Set() } as unknown as UserRooms;
  return { clock: new TestClock(), notifier: new Notifier(userRooms), userRooms };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what happens while one is looking is not missed', async () => {
  const deps = setUp();
  let looks = 0;
  const answer = await longPoll(deps, {
    user: 7,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    look: async () => {
      looks += 1;
      if (looks === 2) return 'news';
      deps.notifier.wake(7);
      return undefined;
    },
  });
  assert.deepEqual([answer, looks, deps.notifier.waitingUsers, deps.clock.pending], ['news', 2, 0, 0]);
});

test('without patience, and for a client that is gone, the first look must answer', async () => {
  const deps = setUp();
  const gone = AbortSignal.abort();
  for (const [timeoutMs, signal] of [
    [0, new AbortController().signal],
    [60_000, gone],
  ] as const) {
    const look = async (mustAnswer: boolean): Promise<string | undefined> => (mustAnswer ? 'empty' : undefined);
    assert.equal(await longPoll(deps, { user: 7, timeoutMs, signal, look }), 'empty');
  }
  assert.equal(deps.clock.pending, 0);
});

test('no request is held for longer than two minutes, and a failed look leaves nothing behind', async () => {
  const deps = setUp();
  const signal = new AbortController().signal;
  const held = longPoll(deps, { user: 7, timeoutMs: 10 ** 9, signal, look: async (mustAnswer) => (mustAnswer ? 'empty' : undefined) });
  await settled();
  deps.clock.advance(120_000);
  assert.equal(await held, 'empty');
  await assert.rejects(longPoll(deps, { user: 7, timeoutMs: 60_000, signal, look: () => Promise.reject(new Error('broken')) }), /broken/);
  assert.deepEqual([deps.notifier.waitingUsers, deps.clock.pending], [0, 0]);
});
