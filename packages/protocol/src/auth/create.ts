import { domainOf, parseUserId } from '../ids/user-id.ts';
import type { AuthContext } from './context.ts';
import type { Rule } from './rule-list.ts';
import { group, otherwiseAllow, rejectIf } from './rule-list.ts';

/** "If type is m.room.create". */
export const createRules: Rule = group('create', (c) => c.event.type === 'm.room.create', [
  rejectIf('create.prev_events', (c) => c.event.prevEvents.length > 0, 'a create event cannot have previous events'),
  rejectIf('create.domain', isForeignRoomId, "the room id's server is not the sender's server", {
    inVersion: (rules) => !rules.roomIdIsCreateHash,
  }),
  rejectIf('create.room_id', (c) => c.event.pdu.room_id !== undefined, 'a create event cannot name a room id', {
    inVersion: (rules) => rules.roomIdIsCreateHash,
  }),
  rejectIf('create.room_version', isOtherVersion, 'the create event names another room version than the one it is judged by'),
  rejectIf('create.creator', (c) => c.event.content['creator'] === undefined, 'the create event names no creator', {
    inVersion: (rules) => !rules.creatorIsSender,
  }),
  rejectIf('create.additional_creators', hasBadCreators, 'additional_creators is not a list of user ids', {
    inVersion: (rules) => rules.privilegedCreators,
  }),
  otherwiseAllow('create.otherwise'),
]);

/**
 * A create event is the root of its room. The written rules let a second one through as long as it has no previous
 * events; a server that knows the room's create event refuses any other, whatever the room version.
 */
export function isSecondCreate(c: AuthContext): boolean {
  return c.event.type === 'm.room.create' && c.create !== undefined && c.create.eventId !== c.event.eventId;
}

function isForeignRoomId(c: AuthContext): boolean {
  const domain = domainOf(c.event.roomId);
  return domain === undefined || domain !== domainOf(c.event.sender);
}

/** The rules in use were chosen by the create event's own claim, so a claim of another version is not a recognised one. */
function isOtherVersion(c: AuthContext): boolean {
  const claimed = c.event.content['room_version'];
  return (claimed === undefined ? '1' : claimed) !== c.rules.version;
}

function hasBadCreators(c: AuthContext): boolean {
  const creators = c.event.content['additional_creators'];
  if (creators === undefined) return false;
  return !Array.isArray(creators) || !creators.every((id) => parseUserId(id) !== undefined);
}
