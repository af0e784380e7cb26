import { namedLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { allowOnlyIf, group } from './rule-list.ts';

/** "If type is m.room.third_party_invite". */
export const thirdPartyInviteRules: Rule = group('third_party_invite', (c) => c.event.type === 'm.room.third_party_invite', [
  allowOnlyIf(
    'third_party_invite.level',
    (c) => userLevel(c.power, c.event.sender) >= namedLevel(c.power, 'invite'),
    'the sender has not the power to invite',
  ),
]);
