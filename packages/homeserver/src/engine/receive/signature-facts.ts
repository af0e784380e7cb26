import type { Arrival } from './arrival.ts';
import { isEventSignedBy, isSignedWith, type SignatureFacts } from '@hearth/protocol';

/** What the rules ask about the signatures on an event. */
export function signatureFacts({ event, rules, keyOf, essential }: Arrival): SignatureFacts {
  return { signedBy: (serverName) => isEventSignedBy(event, rules, serverName, keyOf, essential), verifySigned: isSignedWith };
}
