import { domainOf } from '../ids/user-id.ts';
import { membershipOf } from './context.ts';
import { requiredLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { group, otherwiseAllow, rejectIf } from './rule-list.ts';

/** "If the content of the create event has m.federate set to false". */
export const federateRule: Rule = rejectIf(
  'federate',
  (c) => c.create?.content['m.federate'] === false && domainOf(c.event.sender) !== domainOf(c.create.sender),
  "the room does not federate and the sender is on another server than the room's creator",
);

/** v1 to v5: `m.room.aliases` belongs to a server and needs no membership. */
export const aliasesRules: Rule = group(
  'aliases',
  (c) => c.event.type === 'm.room.aliases',
  [
    rejectIf('aliases.state_key', (c) => c.event.stateKey === undefined, 'an aliases event needs a state key'),
    rejectIf(
      'aliases.domain',
      (c) => domainOf(c.event.sender) !== c.event.stateKey,
      "the state key of an aliases event is not the sender's server",
    ),
    otherwiseAllow('aliases.otherwise'),
  ],
  { inVersion: (rules) => rules.specialAliases },
);

export const senderJoinedRule: Rule = rejectIf(
  'sender_joined',
  (c) => membershipOf(c, c.event.sender) !== 'join',
  'the sender is not in the room',
);

export const requiredLevelRule: Rule = rejectIf(
  'required_level',
  (c) => requiredLevel(c.power, c.event.type, c.event.stateKey !== undefined) > userLevel(c.power, c.event.sender),
  (c) => `the sender has not the power that events of type ${c.event.type} require`,
);

/** A state key that is a user id belongs to that user. */
export const ownStateKeyRule: Rule = rejectIf(
  'state_key',
  (c) => c.event.stateKey?.startsWith('@') === true && c.event.stateKey !== c.event.sender,
  "the state key is another user's id",
);
