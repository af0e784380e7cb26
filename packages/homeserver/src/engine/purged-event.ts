import type { EventRecord } from './event-record.ts';
import { emptyEvent, raisePurgedCountable } from './store.ts';
import { canonicalJsonBytes, canonicalNumbersOf, jsonObject, type Pdu, pduEventOf } from '@hearth/protocol';
import type { Statement } from '@hearth/storage';

/**
 * What is left of an event whose content was purged: its place. The states around it, tokens that name it and events that cite it go on as
 * before, it does not come back from elsewhere, and no reader is shown it.
 */
export function purgedForm(record: EventRecord): { readonly record: EventRecord; readonly statement: Statement } {
  const { event, rules } = record;
  const pdu = jsonObject({
    auth_events: [],
    content: {},
    depth: event.depth,
    origin_server_ts: event.originServerTs,
    prev_events: [],
    room_id: event.roomId,
    sender: event.sender,
    type: event.type,
  });
  const left = pduEventOf(pdu as Pdu, rules, event.eventId, event.roomId);
  return {
    record: { ...record, event: left, inTimeline: false },
    statement: { run: emptyEvent, params: [record.number, canonicalJsonBytes(pdu, canonicalNumbersOf(rules))] },
  };
}

/** What everything after it rests on stays: state. What is not shown is no history. */
export function isPurgeable(record: EventRecord): boolean {
  return record.stateKey === undefined && record.inTimeline;
}

/**
 * Nobody has unread what was purged. That is known as far as all from the beginning is gone: histories go oldest first, and one message
 * that somebody has dated back moves nothing.
 */
export function purgedUnread(room: number, purged: readonly EventRecord[]): Statement[] {
  const numbers = new Set(purged.map(({ countable }) => countable));
  const first = Math.min(...numbers);
  let last = first;
  while (numbers.has(last + 1)) last += 1;
  return purged.length === 0 ? [] : [{ run: raisePurgedCountable, params: [room, first - 1, last] }];
}
