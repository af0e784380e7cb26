import type { AuthContext } from './context.ts';
import { membershipOf, targetOf } from './context.ts';
import { namedLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, group, otherwiseReject, rejectIf } from './rule-list.ts';

/** "If membership is ban". */
export const banRules: Rule = group('member.ban', (c) => c.event.content['membership'] === 'ban', [
  rejectIf('member.ban.sender', (c) => membershipOf(c, c.event.sender) !== 'join', 'only a member of the room can ban'),
  allowIf('member.ban.level', canBan),
  otherwiseReject('member.ban.otherwise', 'the sender has not the power to ban this user'),
]);

function canBan(c: AuthContext): boolean {
  const sender = userLevel(c.power, c.event.sender);
  return sender >= namedLevel(c.power, 'ban') && userLevel(c.power, targetOf(c)) < sender;
}
