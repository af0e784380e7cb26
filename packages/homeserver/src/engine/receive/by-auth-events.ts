import { rejected } from './outcome.ts';
import { signatureFacts } from './signature-facts.ts';
import type { RoomStep } from './step.ts';
import { authorize, type StateEvent } from '@hearth/protocol';

/** Check 4: allowed by the state that its auth events form. */
export const byAuthEvents: RoomStep = {
  name: 'by auth events',
  check: async (arrival, { draft }) => {
    const { event, rules, authEvents } = arrival;
    // From v12 on the create event is cited by the room id.
    const create = rules.roomIdIsCreateHash ? await draft.state.get('m.room.create', '') : undefined;
    const cited: readonly StateEvent[] = [...(create ? [create] : []), ...authEvents].map((record) => record.event);
    const state = (type: string, stateKey: string): StateEvent | undefined =>
      cited.find((one) => one.type === type && one.stateKey === stateKey);
    const verdict = authorize(event, rules, state, signatureFacts(arrival));
    return verdict.allowed ? undefined : rejected(verdict);
  },
};
