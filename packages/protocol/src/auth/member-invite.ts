import type { AuthContext } from './context.ts';
import { membershipOf, targetOf } from './context.ts';
import { thirdPartyRules } from './member-invite-third-party.ts';
import { namedLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, group, otherwiseReject, rejectIf } from './rule-list.ts';

/** "If membership is invite". */
export const inviteRules: Rule = group('member.invite', (c) => c.event.content['membership'] === 'invite', [
  thirdPartyRules,
  rejectIf('member.invite.sender', (c) => membershipOf(c, c.event.sender) !== 'join', 'only a member of the room can invite'),
  rejectIf('member.invite.target', isJoinedOrBanned, 'the invited user is already in the room or banned'),
  allowIf('member.invite.level', (c) => userLevel(c.power, c.event.sender) >= namedLevel(c.power, 'invite')),
  otherwiseReject('member.invite.otherwise', 'the sender has not the power to invite'),
]);

function isJoinedOrBanned(c: AuthContext): boolean {
  const membership = membershipOf(c, targetOf(c));
  return membership === 'join' || membership === 'ban';
}
