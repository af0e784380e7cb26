import { extremitiesText } from './event-rows.ts';
import type { RoomHead } from './room-head.ts';
import { insertRoom } from './store.ts';
import type { RoomVersionRules } from '@hearth/protocol';
import type { Statement } from '@hearth/storage';

/** A room before its first event. */
export function emptyHead(number: number, roomId: string, rules: RoomVersionRules): RoomHead {
  return {
    number,
    roomId,
    rules,
    // Below every number that a write leaves behind.
    revision: 0,
    state: 0,
    nextNumber: 1,
    depth: 0,
    extremities: [],
    countable: 0,
    joinedMembers: 0,
    invitedMembers: 0,
  };
}

/** The row of a room that is written for the first time. */
export function roomRow(head: RoomHead, now: number): Statement {
  return {
    insert: insertRoom,
    row: [
      head.number,
      head.roomId,
      head.rules.version,
      head.revision,
      head.state,
      head.nextNumber,
      head.depth,
      extremitiesText(head),
      head.countable,
      head.joinedMembers,
      head.invitedMembers,
      now,
    ],
  };
}
