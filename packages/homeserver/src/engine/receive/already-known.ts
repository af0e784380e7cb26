import { dropped } from './outcome.ts';
import type { RoomStep } from './step.ts';

/** What was judged is not judged again: a rejected event stays rejected. */
export const alreadyKnown: RoomStep = {
  name: 'already known',
  check: async ({ event, room }, { draft }) => {
    const record = await draft.eventById(event.eventId);
    if (!record) return undefined;
    // Only where senders choose the ids of their events.
    if (record.room !== room) return dropped('event_id', 'another room has an event of this id');
    return { verdict: 'known', record };
  },
};
