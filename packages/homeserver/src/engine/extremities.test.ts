import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { EventRecord } from './event-record.ts';
import { extremitiesBeside } from './extremities.ts';
import type { PduEvent } from '@hearth/protocol';

/** A graph by names; what stands in `soft` was not accepted. */
function graph(edges: Readonly<Record<string, readonly string[]>>, soft: readonly string[] = []) {
  let lookups = 0;
  const event = (eventId: string): PduEvent => ({ eventId, prevEvents: edges[eventId] ?? [] }) as unknown as PduEvent;
  const finder = {
    eventsById: async (ids: readonly string[]) => {
      lookups += 1;
      assert.ok(ids.length <= 20);
      return ids.map((id) => ({ event: event(id), verdict: soft.includes(id) ? 'soft-failed' : 'accepted' }) as EventRecord);
    },
  };
  const beside = async (eventId: string, ends: readonly string[]): Promise<string[]> => {
    const extremities = ends.map((id, number) => ({ number, eventId: id, state: 1 }));
    return (await extremitiesBeside(event(eventId), extremities, finder)).map((end) => end.eventId);
  };
  return { beside, lookups: () => lookups };
}

test('an event on all ends of the room is its only end, and nothing is looked up', async () => {
  const { beside, lookups } = graph({ e: ['a', 'b'] });
  assert.deepEqual(await beside('e', ['a', 'b']), []);
  assert.equal(lookups(), 0);
});

test('ends that an event does not follow stay', async () => {
  assert.deepEqual(await graph({ e: ['a'] }).beside('e', ['a', 'b']), ['b']);
  assert.deepEqual(await graph({ e: ['old'] }).beside('e', ['a', 'b']), ['a', 'b']);
});

test('an event follows what lies behind soft-failed predecessors', async () => {
  const { beside } = graph({ e: ['s'], s: ['t', 'old'], t: ['a'], old: ['b'] }, ['s', 't']);
  assert.deepEqual(await beside('e', ['a', 'b', 'c']), ['b', 'c']);
});

test('a long way through what was not accepted is given up and leaves an end too many', async () => {
  const edges: Record<string, string[]> = { e: ['s0'] };
  for (let index = 0; index < 2_000; index += 1) edges[`s${index}`] = [index === 1_999 ? 'a' : `s${index + 1}`];
  const { beside, lookups } = graph(
    edges,
    Object.keys(edges).filter((id) => id !== 'e'),
  );
  assert.deepEqual(await beside('e', ['a', 'b']), ['a', 'b']);
  assert.ok(lookups() <= 500);
});
