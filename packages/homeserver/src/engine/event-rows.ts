import { authEventsBytes, verdictNumber } from './event-codec.ts';
import type { EventRecord } from './event-record.ts';
import type { RoomHead } from './room-head.ts';
import { insertAuthCiter, insertEvent, updateRoom } from './store.ts';
import type { Reject } from '@hearth/protocol';
import type { Statement } from '@hearth/storage';

/** The row of an event. `refusal` says why it was rejected or soft-failed. */
export function eventRow(record: EventRecord, json: Uint8Array, signatures: Uint8Array, refusal: Reject | undefined): Statement {
  const { event } = record;
  return {
    insert: insertEvent,
    row: [
      record.number,
      event.eventId,
      record.room,
      storable(event.type),
      record.stateKey ?? null,
      record.sender,
      event.depth,
      event.originServerTs,
      record.receivedTs,
      verdictNumber(record.verdict),
      record.inTimeline ? 1 : 0,
      record.countable,
      record.stateBefore,
      record.stateAfter,
      refusal ? storable(`${refusal.rule} ${refusal.reason}`) : null,
      record.redactedBy,
      record.auth?.rank ?? null,
      record.auth ? authEventsBytes(record.auth) : null,
      json,
      signatures,
    ],
  };
}

/** The way back from an event's auth events to it. A rejected event is in no state, and nothing that cites it is. */
export function citerRows(record: EventRecord): Statement[] {
  if (!record.auth || record.verdict === 'rejected') return [];
  return record.auth.events.map((event) => ({ insert: insertAuthCiter, row: [event, record.number] }));
}

/** The room's row after a write; its revision is set by the claim. */
export function roomUpdate(head: RoomHead): Statement {
  return {
    run: updateRoom,
    params: [
      head.number,
      head.state,
      head.nextNumber,
      head.depth,
      extremitiesText(head),
      head.countable,
      head.joinedMembers,
      head.invitedMembers,
    ],
    mustChange: 1,
  };
}

export function extremitiesText(head: RoomHead): string {
  return JSON.stringify(head.extremities.map(({ number }) => number));
}

/** For columns that serve queries and people only: text columns cannot hold U+0000; the JSON keeps the true type. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
