import type { EventRecord } from '../event-record.ts';
import { unreadClassOf } from '../unread-rows.ts';
import type { Arrival } from './arrival.ts';
import type { Outcome } from './outcome.ts';
import { carryOutRedaction, earlierRedaction } from './redactions.ts';
import type { RoomSite } from './step.ts';
import { canonicalJsonBytes, canonicalNumbersOf, type PduEvent, redactEvent, type RoomVersionRules, withoutKeys } from '@hearth/protocol';

type Kept = Extract<Outcome, { verdict: 'rejected' | 'soft-failed' }> | undefined;

/** Takes a judged event into the room's draft; without an outcome it is accepted. */
export async function commitArrival(arrival: Arrival, outcome: Kept, site: RoomSite): Promise<EventRecord> {
  const { rules, authEvents, before } = arrival;
  const redaction = await earlierRedaction(arrival, site);
  const event = redaction ? redactEvent(arrival.event, rules) : arrival.event;
  const record = await site.draft.add({
    event,
    ...storedBytes(event, rules),
    authEvents,
    before,
    verdict: outcome?.verdict ?? 'accepted',
    unread: outcome || !before ? undefined : await unreadClassOf(event, before),
    isOurs: false,
    ...(outcome ? { refusal: outcome.refusal } : {}),
    ...(redaction ? { redactedBy: redaction.number } : {}),
  });
  if (record.verdict === 'accepted') await carryOutRedaction(record, arrival.event.redacts, site);
  return record;
}

/** The two parts in which an event is stored. */
export function storedBytes({ pdu }: PduEvent, rules: RoomVersionRules): { readonly json: Uint8Array; readonly signatures: Uint8Array } {
  return {
    json: canonicalJsonBytes(withoutKeys(pdu, ['signatures', 'unsigned']), canonicalNumbersOf(rules)),
    signatures: canonicalJsonBytes(pdu.signatures ?? {}),
  };
}
