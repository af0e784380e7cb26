import type { RoomVersionRules } from '../room-versions/rules.ts';
import { authEventsRules, roomIdRule } from './auth-events.ts';
import { createRules } from './create.ts';
import { aliasesRules, federateRule, ownStateKeyRule, requiredLevelRule, senderJoinedRule } from './general.ts';
import { memberRules } from './member.ts';
import { powerLevelsRules } from './power-levels.ts';
import { redactionRules } from './redaction.ts';
import type { NumberedRule, Rule } from './rule-list.ts';
import { numberRules, otherwiseAllow } from './rule-list.ts';
import { thirdPartyInviteRules } from './third-party-invite.ts';

/** Every authorisation rule of every room version, in the order of the text. */
export const authRules: readonly Rule[] = [
  createRules,
  roomIdRule,
  authEventsRules,
  federateRule,
  aliasesRules,
  memberRules,
  senderJoinedRule,
  thirdPartyInviteRules,
  requiredLevelRule,
  ownStateKeyRule,
  powerLevelsRules,
  redactionRules,
  otherwiseAllow('otherwise'),
];

/** The rules of one room version, split by what they look at. */
export type VersionAuthRules = {
  /** Looks at the event and what it cites; the outcome never changes. */
  readonly intrinsic: readonly NumberedRule[];
  /** Looks at a state of the room. */
  readonly stateDependent: readonly NumberedRule[];
};

const intrinsicIds: ReadonlySet<string> = new Set(['create', 'room_id', 'auth_events']);

/** One entry per room version object in use, which live as long as the program. */
const built = new WeakMap<RoomVersionRules, VersionAuthRules>();

export function authRulesOf(rules: RoomVersionRules): VersionAuthRules {
  let found = built.get(rules);
  if (found === undefined) built.set(rules, (found = buildAuthRules(rules)));
  return found;
}

function buildAuthRules(rules: RoomVersionRules): VersionAuthRules {
  const numbered = numberRules(authRules, rules);
  return {
    intrinsic: numbered.filter((rule) => intrinsicIds.has(rule.id)),
    stateDependent: numbered.filter((rule) => rule.id === 'create' || !intrinsicIds.has(rule.id)),
  };
}
