import type { RoomStep } from './step.ts';

/** The state before the event: that after its predecessor, or what the states after several resolve to. */
export const stateBefore: RoomStep = {
  name: 'state before',
  check: async (arrival, { draft }) => {
    const { extremities } = draft.head;
    const { prevEvents } = arrival.event;
    const onTop = extremities.length === prevEvents.length && extremities.every(({ eventId }) => prevEvents.includes(eventId));
    arrival.before = onTop ? draft.state : await draft.resolved(arrival.statesBefore);
    return undefined;
  },
};
