import { dropped } from './outcome.ts';
import type { DoorStep } from './step.ts';

/** The event says that it belongs to the room that it is brought to. */
export const roomId: DoorStep = {
  name: 'room id',
  check: ({ event, roomId: expected }) => (event.roomId === expected ? undefined : dropped('room_id', 'the event belongs to another room')),
};
