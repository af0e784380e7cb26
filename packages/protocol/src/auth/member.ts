import { domainOf } from '../ids/user-id.ts';
import type { AuthContext } from './context.ts';
import { banRules } from './member-ban.ts';
import { inviteRules } from './member-invite.ts';
import { joinRules } from './member-join.ts';
import { knockRules } from './member-knock.ts';
import { leaveRules } from './member-leave.ts';
import type { Rule } from './rule-list.ts';
import { group, otherwiseReject, rejectIf } from './rule-list.ts';

/** "If type is m.room.member". */
export const memberRules: Rule = group('member', (c) => c.event.type === 'm.room.member', [
  rejectIf(
    'member.fields',
    (c) => c.event.stateKey === undefined || c.event.content['membership'] === undefined,
    'a member event needs a state key and a membership',
  ),
  group(
    'member.authorised',
    (c) => c.event.content['join_authorised_via_users_server'] !== undefined,
    [
      rejectIf(
        'member.authorised.signature',
        lacksAuthorisersSignature,
        'the event is not signed by the server of the user who is said to have authorised it',
      ),
    ],
    { inVersion: (rules) => rules.restrictedJoin },
  ),
  joinRules,
  inviteRules,
  leaveRules,
  banRules,
  knockRules,
  otherwiseReject('member.unknown', 'the membership is not one that this room version knows'),
]);

function lacksAuthorisersSignature(c: AuthContext): boolean {
  const authoriser = c.event.content['join_authorised_via_users_server'];
  const server = typeof authoriser === 'string' ? domainOf(authoriser) : undefined;
  return server === undefined || !c.signatures.signedBy(server);
}
