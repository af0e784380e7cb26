import type { AuthContext } from './context.ts';
import { joinRuleOf, membershipOf } from './context.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, group, otherwiseReject, rejectIf } from './rule-list.ts';

/** v7: "If membership is knock". */
export const knockRules: Rule = group(
  'member.knock',
  (c) => c.event.content['membership'] === 'knock',
  [
    rejectIf('member.knock.join_rule', (c) => !isKnockRule(c), 'the join rule does not let people knock'),
    rejectIf('member.knock.other', (c) => c.event.sender !== c.event.stateKey, 'nobody can knock for somebody else'),
    allowIf('member.knock.membership', canKnock),
    otherwiseReject('member.knock.otherwise', 'the user is banned, invited or already in the room'),
  ],
  { inVersion: (rules) => rules.knocking },
);

function isKnockRule(c: AuthContext): boolean {
  const rule = joinRuleOf(c);
  return rule === 'knock' || (rule === 'knock_restricted' && c.rules.knockRestricted);
}

function canKnock(c: AuthContext): boolean {
  const membership = membershipOf(c, c.event.sender);
  return membership !== 'ban' && membership !== 'invite' && membership !== 'join';
}
