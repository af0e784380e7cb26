import { domainOf } from '../ids/user-id.ts';
import type { AuthContext } from './context.ts';
import type { PowerLevels } from './power.ts';
import { namedLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, group, otherwiseReject } from './rule-list.ts';

/** v1 and v2: "If type is m.room.redaction". Later versions accept the event and ask `mayRedact` before applying it. */
export const redactionRules: Rule = group(
  'redaction',
  (c) => c.event.type === 'm.room.redaction',
  [
    allowIf('redaction.level', (c) => userLevel(c.power, c.event.sender) >= namedLevel(c.power, 'redact')),
    allowIf('redaction.own_server', isOfSameServer),
    otherwiseReject('redaction.otherwise', "the sender can redact neither others' events nor this one as their own server's"),
  ],
  { inVersion: (rules) => rules.redactionAuthRule },
);

/** Ids of these versions name the server that made the event. */
function isOfSameServer(c: AuthContext): boolean {
  const target = c.event.redacts === undefined ? undefined : domainOf(c.event.redacts);
  return target !== undefined && target === domainOf(c.event.eventId);
}

/**
 * Whether an accepted redaction takes effect (v3 and later, "Handling redactions"): the sender has the redact level in
 * the state before the redaction, or is on the server of the redacted event's sender. Looks at one target, once, so a
 * redaction of a redaction (or a cycle of them) is no special case.
 */
export function mayRedact(power: PowerLevels, redactionSender: string, targetSender: string): boolean {
  if (userLevel(power, redactionSender) >= namedLevel(power, 'redact')) return true;
  const domain = domainOf(redactionSender);
  return domain !== undefined && domain === domainOf(targetSender);
}
