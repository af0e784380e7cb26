import type { EventRecord } from '../event-record.ts';
import type { Arrival } from './arrival.ts';
import { type Outcome, rejected } from './outcome.ts';
import type { RoomSite, RoomStep } from './step.ts';
import { reject } from '@hearth/protocol';

/** Rejected events without a state of their own that are looked through for what lies before them. */
const walkMax = 100;

/** Numbers of states, and ids of events after which the state is not known. */
type StatesAfter = { readonly states: readonly number[]; readonly missing: readonly string[] };

/** All predecessors are here, with the state after them. */
export const prevEventsKnown: RoomStep = {
  name: 'prev events known',
  check: async (arrival, { draft }) => {
    const before = await predecessors(arrival, draft);
    if ('verdict' in before) return before;
    if (before.missing.length > 0) return incomplete(before.missing);
    arrival.statesBefore = before.states;
    return undefined;
  },
};

/** The states after those of an event's predecessors that are here, and what is not; or why it can have no such predecessors. */
export async function predecessors(arrival: Arrival, draft: RoomSite['draft']): Promise<StatesAfter | Outcome> {
  const { prevEvents } = arrival.event;
  const records = await draft.eventsById(prevEvents);
  const found = records.filter((record) => record !== undefined);
  if (found.some((record) => record.room !== arrival.room)) {
    return rejected(reject('prev_events.other_room', 'a predecessor belongs to another room'));
  }
  const { states, missing } = await statesAfter(found, arrival.room, draft);
  return { states, missing: [...prevEvents.filter((_, index) => records[index] === undefined), ...missing] };
}

function incomplete(missing: readonly string[]): Outcome {
  return { verdict: 'incomplete', missing: { authEvents: [], prevEvents: [...new Set(missing)] } };
}

/**
 * The states after some events. One that was rejected before its predecessors were here has none of its own; since it changes
 * nothing, the state after it is that of its predecessors.
 */
async function statesAfter(records: readonly EventRecord[], room: number, draft: RoomSite['draft']): Promise<StatesAfter> {
  const states = new Set<number>();
  const missing: string[] = [];
  const open = [...records];
  for (let next = open.pop(), walked = 0; next !== undefined; next = open.pop(), walked += 1) {
    if (next.stateAfter !== null) states.add(next.stateAfter);
    else if (next.verdict !== 'rejected' || walked >= walkMax) missing.push(next.event.eventId);
    else {
      const before = await draft.eventsById(next.event.prevEvents);
      for (const [index, record] of before.entries()) {
        if (record?.room === room) open.push(record);
        else missing.push(next.event.prevEvents[index] as string);
      }
    }
  }
  return { states: [...states], missing };
}
