import { membershipRow } from '../streams/membership-entry.ts';
import type { EventRecord } from './event-record.ts';
import { insertMembership } from './store.ts';
import type { Statement, StreamRow } from '@hearth/storage';

export type MemberChange = {
  readonly user: number;
  /** By how much the counts of joined and invited members change. */
  readonly joined: number;
  readonly invited: number;
  readonly statements: readonly Statement[];
  readonly stream: readonly StreamRow[];
};

/** What a member event that becomes current state does to the tables of memberships. */
export function memberChange(record: EventRecord, replaces: EventRecord | undefined, user: number): MemberChange {
  const after = membershipOf(record);
  const before = replaces === undefined ? 'leave' : membershipOf(replaces);
  return {
    user,
    joined: Number(after === 'join') - Number(before === 'join'),
    invited: Number(after === 'invite') - Number(before === 'invite'),
    statements: [{ insert: insertMembership, row: [record.room, user, after, record.number, 0, record.countable] }],
    stream: [membershipRow(user, record.room, after, record.number)],
  };
}

export function membershipOf(record: EventRecord): string {
  const membership = record.event.content['membership'];
  return typeof membership === 'string' ? membership : 'leave';
}
