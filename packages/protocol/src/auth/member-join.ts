import type { AuthContext } from './context.ts';
import { joinRuleOf, membershipOf } from './context.ts';
import { namedLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, group, otherwiseAllow, otherwiseReject, rejectIf } from './rule-list.ts';

/** "If membership is join". */
export const joinRules: Rule = group('member.join', (c) => c.event.content['membership'] === 'join', [
  allowIf('member.join.first', isCreatorsFirstJoin),
  rejectIf('member.join.other', (c) => c.event.sender !== c.event.stateKey, 'nobody can join for somebody else'),
  rejectIf('member.join.banned', (c) => membershipOf(c, c.event.sender) === 'ban', 'the user is banned'),
  allowIf('member.join.invited', (c) => isInviteRule(c) && isInvitedOrJoined(c)),
  group(
    'member.join.restricted',
    isRestrictedRule,
    [
      allowIf('member.join.restricted.invited', isInvitedOrJoined),
      rejectIf('member.join.restricted.authoriser', lacksAuthoriser, 'the join is not authorised by a member who may invite'),
      otherwiseAllow('member.join.restricted.otherwise'),
    ],
    { inVersion: (rules) => rules.restrictedJoin },
  ),
  allowIf('member.join.public', (c) => joinRuleOf(c) === 'public'),
  otherwiseReject('member.join.otherwise', 'the join rule does not let this user in'),
]);

/** The second event of a room: nothing but the create event comes before, and it names this user. */
function isCreatorsFirstJoin(c: AuthContext): boolean {
  const { create, event, rules } = c;
  if (create === undefined || event.prevEvents.length !== 1 || event.prevEvents[0] !== create.eventId) return false;
  return event.stateKey === (rules.creatorIsSender ? create.sender : create.content['creator']);
}

function isInviteRule(c: AuthContext): boolean {
  const rule = joinRuleOf(c);
  return rule === 'invite' || (rule === 'knock' && c.rules.knocking);
}

function isRestrictedRule(c: AuthContext): boolean {
  const rule = joinRuleOf(c);
  return rule === 'restricted' || (rule === 'knock_restricted' && c.rules.knockRestricted);
}

function isInvitedOrJoined(c: AuthContext): boolean {
  const membership = membershipOf(c, c.event.sender);
  return membership === 'invite' || membership === 'join';
}

function lacksAuthoriser(c: AuthContext): boolean {
  const authoriser = c.event.content['join_authorised_via_users_server'];
  if (typeof authoriser !== 'string' || membershipOf(c, authoriser) !== 'join') return true;
  return userLevel(c.power, authoriser) < namedLevel(c.power, 'invite');
}
