import type { EventRecord } from '../event-record.ts';
import { rejected } from './outcome.ts';
import type { RoomStep } from './step.ts';
import { checkAuthEvents, type CitedEvent } from '@hearth/protocol';

/** The rules about the auth events themselves: of this room, not rejected, none twice, none that has no say. */
export const citedAuthEvents: RoomStep = {
  name: 'cited auth events',
  check: async ({ event, rules, authEvents }, { draft }) => {
    const create = await draft.state.get('m.room.create', '');
    const verdict = checkAuthEvents(event, rules, { authEvents: authEvents.map(cited), roomCreate: create && cited(create) });
    return verdict.allowed ? undefined : rejected(verdict);
  },
};

function cited({ event, verdict }: EventRecord): CitedEvent {
  const { eventId, roomId, type, stateKey } = event;
  return { eventId, roomId, type, stateKey, rejected: verdict === 'rejected' };
}
