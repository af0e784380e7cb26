import { emptyJsonObject, own, pickKeys, withKey } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';

/** Top-level keys that survive in every room version. */
const keysKept: readonly string[] = [
  'event_id',
  'type',
  'room_id',
  'sender',
  'state_key',
  'content',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'auth_events',
  'origin_server_ts',
];
/** Survivors of versions 1 to 10: parts of the event format of long ago that old signatures cover. */
const keysKeptBefore11: readonly string[] = [...keysKept, 'prev_state', 'origin', 'membership'];

const powerLevelKeys: readonly string[] = ['ban', 'events', 'events_default', 'kick', 'redact', 'state_default', 'users', 'users_default'];
const none: readonly string[] = [];

/**
 * The event without everything that the graph can do without. Signatures, reference hashes and so event ids cover
 * exactly this form, so it is part of what servers must agree on. The event is not changed; values are shared.
 *
 * The rules are the room's, from its stored create event. They are never read from the event at hand: a redacted
 * create event of versions 1 to 10 no longer says its version (https://spec.matrix.org/v1.19/client-server-api/#redactions).
 */
export function redact(event: JsonObject, rules: RoomVersionRules): JsonObject {
  const redacted = emptyJsonObject();
  for (const key of keysKeptBy(rules)) {
    if (Object.hasOwn(event, key)) redacted[key] = event[key] as JsonValue;
  }
  const content = own(event, 'content');
  if (content !== undefined) redacted['content'] = redactContent(own(event, 'type'), content, rules);
  return redacted;
}

/** Whether a top-level key survives; of `content` only what `redactContent` leaves. */
export function survivesRedaction(key: string, rules: RoomVersionRules): boolean {
  return keysKeptBy(rules).includes(key);
}

function keysKeptBy(rules: RoomVersionRules): readonly string[] {
  return rules.updatedRedactionLists ? keysKept : keysKeptBefore11;
}

export function redactContent(type: JsonValue | undefined, content: JsonValue, rules: RoomVersionRules): JsonObject {
  if (!isJsonObject(content)) return emptyJsonObject();
  if (type === 'm.room.create' && rules.updatedRedactionLists) return content;
  const kept = pickKeys(content, contentKeysKept(type, rules));
  return type === 'm.room.member' && rules.updatedRedactionLists ? withSignedInvite(kept, content) : kept;
}

function contentKeysKept(type: JsonValue | undefined, rules: RoomVersionRules): readonly string[] {
  switch (type) {
    case 'm.room.member':
      return rules.redactionKeepsJoinAuthorised ? ['membership', 'join_authorised_via_users_server'] : ['membership'];
    case 'm.room.create':
      return ['creator'];
    case 'm.room.join_rules':
      return rules.redactionKeepsJoinRuleAllow ? ['join_rule', 'allow'] : ['join_rule'];
    case 'm.room.power_levels':
      return rules.updatedRedactionLists ? [...powerLevelKeys, 'invite'] : powerLevelKeys;
    case 'm.room.aliases':
      return rules.specialAliases ? ['aliases'] : none;
    case 'm.room.history_visibility':
      return ['history_visibility'];
    case 'm.room.redaction':
      return rules.updatedRedactionLists ? ['redacts'] : none;
    default:
      return none;
  }
}

/**
 * Version 11 keeps the `signed` key of `third_party_invite`. An invite object without that key stays as an empty
 * object, which is how the servers that most events come from read the rule; an invite that is no object goes.
 */
function withSignedInvite(kept: JsonObject, content: JsonObject): JsonObject {
  const invite = own(content, 'third_party_invite');
  if (!isJsonObject(invite)) return kept;
  return withKey(kept, 'third_party_invite', pickKeys(invite, ['signed']));
}
