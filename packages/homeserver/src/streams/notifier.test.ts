import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Notifier } from './notifier.ts';
import type { UserRooms } from './user-rooms.ts';
import { type StreamEntry, streamKinds } from '@hearth/storage';

const around = new Map([
  [1, new Set([10, 11])],
  [2, new Set([11])],
]);
const notifierOf = (): Notifier => new Notifier({ membersAround: (room: number) => around.get(room) ?? new Set() } as unknown as UserRooms);
const event = (room: number): StreamEntry => ({ position: 1, kind: streamKinds.event, room, usr: null, subject: 1, detail: null });
const own = (usr: number): StreamEntry => ({ position: 1, kind: streamKinds.accountData, room: null, usr, subject: 0, detail: 'x' });

/** A waiting request that says what became of it. */
function waiter(
  notifier: Notifier,
  user: number,
  rooms?: readonly number[],
): { readonly became: () => Promise<boolean | 'waits'>; readonly abort: () => void } {
  const controller = new AbortController();
  const wait = notifier.wait(user, controller.signal, rooms);
  const waits = (): Promise<'waits'> => new Promise((resolve) => setImmediate(() => resolve('waits')));
  return { became: () => Promise.race([wait, waits()]), abort: () => controller.abort() };
}

test('an event wakes the waiting members of its room, each request once, and nobody else', async () => {
  const notifier = notifierOf();
  const [phone, laptop, other, stranger] = [waiter(notifier, 11), waiter(notifier, 11), waiter(notifier, 10), waiter(notifier, 12)];
  notifier.consume([event(2), event(2)]);
  assert.deepEqual(
    [await phone.became(), await laptop.became(), await other.became(), await stranger.became()],
    [true, true, 'waits', 'waits'],
  );
  assert.deepEqual([notifier.wakes, notifier.waitingUsers], [2, 2]);
  notifier.consume([event(2)]);
  assert.equal(notifier.wakes, 2);
});

test('what is a user’s own wakes that user, and what is the whole server’s wakes nobody', async () => {
  const notifier = notifierOf();
  const [one, two] = [waiter(notifier, 10), waiter(notifier, 12)];
  notifier.consume([{ ...own(12), usr: null, kind: streamKinds.profile }]);
  notifier.consume([own(12)]);
  assert.deepEqual([await one.became(), await two.became()], ['waits', true]);
});

test('who looks into a room is woken by it without being in it, once, also when they are in it', async () => {
  const notifier = notifierOf();
  const [looker, member] = [waiter(notifier, 12, [1, 2]), waiter(notifier, 11, [2])];
  notifier.consume([event(2)]);
  assert.deepEqual([await looker.became(), await member.became(), notifier.wakes], [true, true, 2]);
  const again = waiter(notifier, 12, [1]);
  notifier.wakeRoom(1);
  assert.equal(await again.became(), true);
  notifier.consume([event(1), event(2)]);
  assert.deepEqual([notifier.wakes, notifier.waitingUsers], [3, 0]);
});

test('a request that ends waits no longer, and one that has ended never begins', async () => {
  const notifier = notifierOf();
  const ended = waiter(notifier, 11, [1]);
  ended.abort();
  assert.equal(await ended.became(), false);
  const late = AbortSignal.abort();
  assert.equal(await notifier.wait(11, late), false);
  notifier.consume([event(1)]);
  assert.deepEqual([notifier.wakes, notifier.waitingUsers], [0, 0]);
});
