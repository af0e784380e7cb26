import type { PduEvent } from '../events/pdu.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { signedThirdPartyInvite } from './context.ts';

/** A key of the room's state. */
export type StatePair = readonly [type: string, stateKey: string];

/** The fields of an event that decide which auth events it needs; known before the event is built. */
export type EventOutline = Pick<PduEvent, 'type' | 'sender' | 'stateKey' | 'content'>;

/**
 * The pairs whose current state events belong into `auth_events`, as far as the state has them (server-server API,
 * "Auth events selection"). Each pair appears once. From room version 12 on the create event is not among them.
 */
export function authTypesFor(event: EventOutline, rules: RoomVersionRules): readonly StatePair[] {
  return event.type === 'm.room.create' ? [] : needed(event, rules, !rules.roomIdIsCreateHash);
}

/**
 * The pairs that `authorize` may ask the state for: those of `authTypesFor`, and the create event in every version.
 * A caller that fetches state beforehand fetches these.
 */
export function stateTypesFor(event: EventOutline, rules: RoomVersionRules): readonly StatePair[] {
  return event.type === 'm.room.create' ? [['m.room.create', '']] : needed(event, rules, true);
}

function needed(event: EventOutline, rules: RoomVersionRules, withCreate: boolean): readonly StatePair[] {
  const pairs: StatePair[] = withCreate ? [['m.room.create', '']] : [];
  pairs.push(['m.room.power_levels', '']);
  const members = new Set([event.sender]);
  if (event.type === 'm.room.member') {
    const { membership } = event.content;
    if (event.stateKey !== undefined) members.add(event.stateKey);
    if (membership === 'join' || membership === 'invite' || membership === 'knock') pairs.push(['m.room.join_rules', '']);
    const token = membership === 'invite' ? signedThirdPartyInvite(event.content)?.['token'] : undefined;
    if (typeof token === 'string') pairs.push(['m.room.third_party_invite', token]);
    const authoriser = event.content['join_authorised_via_users_server'];
    if (membership === 'join' && rules.restrictedJoin && typeof authoriser === 'string') members.add(authoriser);
  }
  for (const member of members) pairs.push(['m.room.member', member]);
  return pairs;
}
