import type { Listing } from '../../account-data/index.ts';
import type { RoomsDeps } from '../deps.ts';
import type { Pair } from './pair.ts';

/** How `m.direct` of both changes: that of somebody who does not want to hear of the requester stays as it is. */
export async function listings(deps: RoomsDeps, { requester, partner }: Pair): Promise<Listing[]> {
  const lists = [await deps.directRooms.listing(requester.user, partner.userId)];
  const isUnwanted =
    (await deps.ignoredUsers(partner.user)).has(requester.userId) || (await deps.inviteVerdict(partner.user, requester.userId)) !== 'allow';
  if (!isUnwanted) lists.push(await deps.directRooms.listing(partner.user, requester.userId));
  return lists;
}
