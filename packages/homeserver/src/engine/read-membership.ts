import { point, type Reader } from '@hearth/storage';

export type MembershipRow = { readonly membership: string; readonly event: number; readonly forgotten: number };

const membershipRow = point<MembershipRow>(
  'engine-membership',
  'SELECT membership, event, forgotten FROM memberships WHERE room = $1 AND usr = $2',
);

/** A user's present membership in a room and the event that made it; undefined for who never had one. */
export function readMembership(reader: Reader, room: number, user: number): Promise<MembershipRow | undefined> {
  return reader.first(membershipRow, [room, user]);
}
