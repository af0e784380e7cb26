import { type StreamEntry, streamKinds, type StreamRow } from '@hearth/storage';

/** A stream row of kind `membership`, taken apart. `event` is 0 when the change had no event of its own. */
export type MembershipEntry = {
  readonly position: number;
  readonly user: number;
  readonly room: number;
  readonly membership: string;
  readonly event: number;
};

export function membershipRow(user: number, room: number, membership: string, event: number): StreamRow {
  return { kind: streamKinds.membership, room: null, usr: user, subject: room, detail: `${membership} ${event}` };
}

export function readMembershipEntry(entry: Pick<StreamEntry, 'position' | 'usr' | 'subject' | 'detail'>): MembershipEntry {
  const [membership = 'leave', event = '0'] = (entry.detail ?? '').split(' ');
  return { position: entry.position, user: entry.usr ?? 0, room: entry.subject, membership, event: Number(event) };
}
