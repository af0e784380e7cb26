import type { AuthContext } from './context.ts';
import { membershipOf, targetOf } from './context.ts';
import { namedLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, decideIf, group, otherwiseReject, rejectIf } from './rule-list.ts';

/** "If membership is leave": leaving, declining, withdrawing a knock; kicking, unbanning, revoking an invite. */
export const leaveRules: Rule = group('member.leave', (c) => c.event.content['membership'] === 'leave', [
  decideIf('member.leave.own', (c) => c.event.sender === c.event.stateKey, canLeave, 'the user is neither in the room nor invited'),
  rejectIf('member.leave.sender', (c) => membershipOf(c, c.event.sender) !== 'join', 'only a member of the room can remove others'),
  rejectIf('member.leave.unban', lacksPowerToUnban, 'the sender has not the power to unban'),
  allowIf('member.leave.kick', canKick),
  otherwiseReject('member.leave.otherwise', 'the sender has not the power to remove this user'),
]);

function canLeave(c: AuthContext): boolean {
  const membership = membershipOf(c, c.event.sender);
  return membership === 'invite' || membership === 'join' || (membership === 'knock' && c.rules.knocking);
}

function lacksPowerToUnban(c: AuthContext): boolean {
  if (membershipOf(c, targetOf(c)) !== 'ban') return false;
  return userLevel(c.power, c.event.sender) < namedLevel(c.power, 'ban');
}

function canKick(c: AuthContext): boolean {
  const sender = userLevel(c.power, c.event.sender);
  return sender >= namedLevel(c.power, 'kick') && userLevel(c.power, targetOf(c)) < sender;
}
