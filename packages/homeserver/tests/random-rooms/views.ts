import assert from 'node:assert/strict';

import { ClientModel, type ModelRoom } from '../sync/client-model.ts';
import { type Event, rightsOf } from '../visibility/reference.ts';
import type { Place } from './operations.ts';
import { clientPath, type Session, SlidingClient } from '@hearth/testkit';

/** One way of following a room. Another reader, such as a client of sliding sync, is one more of these. */
export type View = {
  readonly name: string;
  /** What it does in between, when somebody happens to look. */
  readonly look?: (place: Place, person: number, number: number) => Promise<void>;
  /** Compares what a person is shown in the end with the model. */
  readonly check: (place: Place, person: number) => Promise<void>;
};

const idsOf = (events: readonly Event[]): string[] => events.map((event) => event.event_id);
const personIn = ({ people }: Place, person: number): Session => people[person] as Session;

function compare(room: ModelRoom | undefined, place: Place, person: number, whole: boolean): void {
  const { userId } = personIn(place, person);
  const rights = rightsOf(place.model.history, userId, false);
  if (rights.membership !== 'join') {
    assert.notEqual(room?.membership, 'join');
    for (const event of room?.timeline ?? []) assert.ok(rights.events.includes(event) || rights.own.includes(event));
    return;
  }
  assert.equal(room?.membership, 'join');
  assert.deepEqual(room?.state, place.model.state, 'the state');
  const timeline = room?.timeline ?? [];
  assert.deepEqual(timeline, whole ? rights.events : rights.events.slice(rights.events.length - timeline.length), 'the timeline');
}

/** /sync from token to token, with answers of all kinds and gaps. */
export function incrementalSync(): View {
  const clients = new Map<number, ClientModel>();
  const step = async ({ room, people }: Place, person: number, number: number): Promise<ClientModel> => {
    const client = clients.get(person) ?? new ClientModel();
    clients.set(person, client);
    await client.step(people[person] as Session, { rooms: [room], limit: 1 + (number % 5), stateAfter: number % 2 === 0 });
    return client;
  };
  return {
    name: '/sync incrementally',
    look: async (place, person, number) => {
      await step(place, person, number);
    },
    check: async (place, person) => compare((await step(place, person, 4)).rooms.get(place.room), place, person, false),
  };
}

export const firstSync: View = {
  name: '/sync from scratch',
  check: async (place, person) => {
    for (const stateAfter of [true, false]) {
      const client = new ClientModel();
      await client.step(personIn(place, person), { rooms: [place.room], limit: 100, stateAfter });
      // Without `state_after` a timeline begins after a state event whose successor is hidden.
      compare(client.rooms.get(place.room), place, person, stateAfter);
    }
  },
};

/** Sliding sync from position to position, with timelines of changing length. */
export function slidingSync(): View {
  const clients = new Map<number, SlidingClient>();
  const step = async ({ room, people }: Place, person: number, number: number): Promise<SlidingClient> => {
    const client = clients.get(person) ?? new SlidingClient(people[person] as Session, {});
    clients.set(person, client);
    client.asks = { room_subscriptions: { [room]: { required_state: [['*', '*']], timeline_limit: 1 + (number % 5) } } };
    await client.sync();
    return client;
  };
  return {
    name: 'sliding sync',
    look: async (place, person, number) => {
      await step(place, person, number);
    },
    check: async (place, person) => {
      const told = (await step(place, person, 4)).rooms.get(place.room);
      const state = new Map([...(told?.state.values() ?? [])].map((event) => [`${event.type}/${event.state_key}`, event.event_id]));
      const timeline = told?.timeline.map((event) => event.event_id) ?? [];
      const membership = told?.membership === 'join' ? 'join' : 'leave';
      compare(told && { membership, state, timeline }, place, person, false);
    },
  };
}

export const pages: View = {
  name: '/messages both ways',
  check: async (place, person) => {
    const reader = personIn(place, person);
    const rights = rightsOf(place.model.history, reader.userId, false);
    for (const dir of ['b', 'f'] as const) {
      const found: Event[] = [];
      let from: string | undefined;
      do {
        const { status, body } = await reader.request('GET', clientPath`/rooms/${place.room}/messages`, { query: { dir, limit: 9, from } });
        assert.equal(status, rights.room ? 200 : 403);
        if (status !== 200) return;
        found.push(...(body.chunk as Event[]));
        from = body.end as string | undefined;
      } while (from !== undefined);
      assert.deepEqual(idsOf(dir === 'b' ? found.toReversed() : found), rights.events);
      for (const event of found) if (place.model.redacted.has(event.event_id)) assert.deepEqual(event.content, {});
    }
  },
};
