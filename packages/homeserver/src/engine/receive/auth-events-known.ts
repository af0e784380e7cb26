import type { RoomStep } from './step.ts';

/** All that the event names as its authority is here. */
export const authEventsKnown: RoomStep = {
  name: 'auth events known',
  check: async (arrival, { draft }) => {
    const { authEvents } = arrival.event;
    const records = await draft.eventsById(authEvents);
    const missing = authEvents.filter((_, index) => records[index] === undefined);
    if (missing.length > 0) return { verdict: 'incomplete', missing: { authEvents: [...new Set(missing)], prevEvents: [] } };
    arrival.authEvents = records.filter((record) => record !== undefined);
    return undefined;
  },
};
