import type { DoorStep } from './step.ts';
import { verifyEventSignatures } from '@hearth/protocol';

/** Check 2: every server that must have signed the event has done so, with a key that counts at the event's time. */
export const signatures: DoorStep = {
  name: 'signatures',
  check: ({ event, rules, keyOf, essential }) => {
    const verdict = verifyEventSignatures(event, rules, keyOf, essential);
    return verdict.allowed ? undefined : { verdict: 'dropped', refusal: verdict };
  },
};
