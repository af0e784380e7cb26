import { stateLookup } from '../state-lookup.ts';
import { rejected } from './outcome.ts';
import { signatureFacts } from './signature-facts.ts';
import type { RoomStep } from './step.ts';
import { authorize } from '@hearth/protocol';

/** Check 5: allowed by the state before it. */
export const byStateBefore: RoomStep = {
  name: 'by the state before',
  check: async (arrival) => {
    const { event, rules, before } = arrival;
    if (!before) throw new Error('an event is judged by a state that was not found out');
    const verdict = authorize(event, rules, await stateLookup(before, event, rules), signatureFacts(arrival));
    return verdict.allowed ? undefined : rejected(verdict);
  },
};
