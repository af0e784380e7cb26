import { verdictNumber } from './event-codec.ts';
import type { EventRecord } from './event-record.ts';
import type { RoomHead } from './room-head.ts';
import { insertEvent, updateRoom } from './store.ts';
import type { Statement } from '@hearth/storage';

/** The row of an event. `refusal` says why it was rejected or soft-failed. */
export function eventRow(record: EventRecord, json: Uint8Array, signatures: Uint8Array, refusal: string | null = null): Statement {
  const { event } = record;
  return {
    insert: insertEvent,
    row: [
      record.number,
      event.eventId,
      record.room,
      searchableType(event.type),
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
      refusal,
      record.redactedBy,
      json,
      signatures,
    ],
  };
}

/** The room's row after a write; its revision is raised by the claim. */
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

/** The type column serves queries only, and text columns cannot hold U+0000; the JSON keeps the true type. */
function searchableType(type: string): string {
  return type.replaceAll('\0', '\uFFFD');
}
