import { membershipRow } from '../streams/membership-entry.ts';
import type { EventRecord } from './event-record.ts';
import { insertMembership, replaceMembershipEvent } from './store.ts';
import { membershipOf } from '@hearth/protocol';
import type { Statement, StreamRow } from '@hearth/storage';

export type MemberChange = {
  /** By how much the counts of joined and invited members change. */
  readonly joined: number;
  readonly invited: number;
  readonly statements: readonly Statement[];
  readonly stream: readonly StreamRow[];
};

export type MemberPlace = {
  readonly room: number;
  readonly user: number;
  /** The room's running number of countable events: who comes in begins to read here. */
  readonly countable: number;
  /** True when the new member event has just been sent, and not become current by a resolution of states. */
  readonly arrived: boolean;
};

/** What a change of a member's current event does to the tables of memberships. Without an event one is no member any more. */
export function memberChange(before: EventRecord | undefined, after: EventRecord | undefined, place: MemberPlace): MemberChange {
  const { room, user, countable, arrived } = place;
  const was = membershipOf(before?.event.content);
  const is = membershipOf(after?.event.content);
  const event = after?.number ?? 0;
  const statement: Statement =
    was === is && before && !arrived
      ? { run: replaceMembershipEvent, params: [room, user, event] }
      : { insert: insertMembership, row: [room, user, is, event, 0, countable] };
  return {
    joined: Number(is === 'join') - Number(was === 'join'),
    invited: Number(is === 'invite') - Number(was === 'invite'),
    statements: [statement],
    stream: [membershipRow(user, room, is, event)],
  };
}
