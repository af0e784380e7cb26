import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { SeenRoom } from './books.ts';
import { misplaced } from './check-syncs.ts';
import type { Door } from './door.ts';
import { RoomOrders } from './room-orders.ts';

const user = { userId: '@a:x', token: 't' };

/** A room whose events are $0 to $5. */
async function orders(): Promise<RoomOrders> {
  const events = ['$0', '$1', '$2', '$3', '$4', '$5'].map((id) => ({ event_id: id, content: {} }));
  const door = { ok: async () => ({ chunk: events.toReversed() }) } as unknown as Door;
  const result = new RoomOrders();
  await result.extend(door, user, '!r');
  return result;
}

async function problem(last: string | undefined, told: SeenRoom, toEnd: boolean): Promise<string | undefined> {
  return misplaced(await orders(), '!r', { lastSeen: new Map(last === undefined ? [] : [['!r', last]]) }, told, toEnd);
}

for (const [what, last, eventIds, limited] of [
  ['the rest', '$2', ['$3', '$4', '$5'], false],
  ['nothing, after the last event', '$5', [], false],
  ['everything, to a token from before the room', undefined, ['$0', '$1', '$2', '$3', '$4', '$5'], false],
  ['the end, with a gap told', '$1', ['$4', '$5'], true],
] as const) {
  test(`right from a token: ${what}`, async () => assert.equal(await problem(last, { eventIds, limited }, true), undefined));
}

for (const [what, last, eventIds, limited, expected] of [
  ['a gap that is not told', '$1', ['$4', '$5'], false, /event 4 .* came after event 1/],
  ['a gap told where there is none', '$3', ['$4', '$5'], true, /with a gap told/],
  ['an event seen before', '$3', ['$3', '$4', '$5'], false, /event 3 .* came after event 3/],
  ['another order', '$2', ['$3', '$5', '$4'], false, /\$5 stands where \$4 belongs/],
  ['an event left out', '$1', ['$2', '$4', '$5'], false, /\$4 stands where \$3 belongs/],
  ['an event twice', '$2', ['$3', '$3', '$4', '$5'], false, /\$3 stands where \$4 belongs/],
  ['an end too early', '$2', ['$3', '$4'], false, /1 events are missing at the end/],
  ['silence', '$4', [], false, /1 events are missing/],
  ['an event that is gone', '$5', ['$gone'], false, /\$gone was shown and is gone/],
  ['a last event that is gone', '$gone', [], false, /had been seen, is gone/],
] as const) {
  test(`wrong from a token: ${what}`, async () => assert.match((await problem(last, { eventIds, limited }, true)) ?? '', expected));
}

test('while things happen an answer need not reach the end', async () => {
  assert.equal(await problem('$2', { eventIds: ['$3'], limited: false }, false), undefined);
});

test('a room read again in another order, or with another number of events, is told', async () => {
  const known = await orders();
  const doorTo = (ids: string[]) =>
    ({ ok: async () => ({ chunk: ids.map((id) => ({ event_id: id, content: {} })).toReversed() }) }) as unknown as Door;
  assert.deepEqual(await known.compare(doorTo(['$0', '$1', '$2', '$3', '$4', '$5']), user, '!r'), []);
  assert.match((await known.compare(doorTo(['$0', '$1', '$3', '$2', '$4', '$5']), user, '!r')).join(), /finds \$3 where \$2 was/);
  assert.match((await known.compare(doorTo(['$0', '$1', '$2', '$3', '$4']), user, '!r')).join(), /finds 5 events .* before it was 6/);
});
