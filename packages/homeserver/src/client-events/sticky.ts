import type { EventRecord } from '../engine/event-record.ts';
import { ownInteger, ownObject, type PduEvent } from '@hearth/protocol';

/** An event sticks for an hour at most, whatever it says (MSC4354). */
export const stickyMsMax = 60 * 60_000;

/** For how long an event says that it sticks, if it does. State events never do, and a redaction takes it away. */
export function stickyMsOf({ pdu, stateKey }: Pick<PduEvent, 'pdu' | 'stateKey'>): number | undefined {
  const sticky = stateKey === undefined ? ownObject(pdu, 'msc4354_sticky') : undefined;
  const duration = sticky && ownInteger(sticky, 'duration_ms');
  return duration === undefined || duration < 0 ? undefined : Math.min(duration, stickyMsMax);
}

/** When an event ceases to stick: a sender cannot make that later by a time in the future. */
export function stickyUntil({ event, receivedTs }: Pick<EventRecord, 'event' | 'receivedTs'>): number | undefined {
  const duration = stickyMsOf(event);
  return duration === undefined ? undefined : Math.min(receivedTs, event.originServerTs) + duration;
}

export function stickyMsLeft(record: EventRecord, now: number): number | undefined {
  const until = stickyUntil(record);
  return until === undefined || until <= now ? undefined : until - now;
}
