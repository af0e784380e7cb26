import { stateLookup } from '../state-lookup.ts';
import { signatureFacts } from './signature-facts.ts';
import type { RoomStep } from './step.ts';
import { authorize } from '@hearth/protocol';

/** Check 6: allowed by the room's current state too; who was banned cannot go on by pretending to speak before the ban. */
export const byCurrentState: RoomStep = {
  name: 'by the current state',
  check: async (arrival, { draft }) => {
    const { event, rules, before, current = draft.state } = arrival;
    if (before === current) return undefined;
    const verdict = authorize(event, rules, await stateLookup(current, event, rules), signatureFacts(arrival));
    return verdict.allowed ? undefined : { verdict: 'soft-failed', refusal: verdict };
  },
};
