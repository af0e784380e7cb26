import type { DoorStep } from './step.ts';
import { hasValidContentHash, redactEvent } from '@hearth/protocol';

/** Check 3: what does not have the content that was hashed goes on as what is left of it by redaction. */
export const contentHash: DoorStep = {
  name: 'content hash',
  check: (arrival) => {
    if (!hasValidContentHash(arrival.event.pdu, arrival.rules)) arrival.event = redactEvent(arrival.event, arrival.rules);
    return undefined;
  },
};
