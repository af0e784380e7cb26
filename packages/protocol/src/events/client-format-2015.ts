import { emptyJsonObject, own, ownObject, withKey, withoutKeys } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { clientEventBase, withUnsigned } from './client-format.ts';
import type { PduEvent } from './pdu.ts';

/**
 * Events for clients of 2015, on `/_matrix/client/api/v1` and `/_matrix/client/v2_alpha`: the event of today, in
 * words that those clients know. They expect `content.creator` of a create event and every powerful user in the power levels.
 */

/** Keys of `unsigned` that version 1 of the API had at the top level; they stay in `unsigned` too. */
const copiedFromUnsigned: readonly string[] = [
  'age',
  'prev_content',
  'replaces_state',
  'redacted_because',
  'invite_room_state',
  'knock_room_state',
];

/** The users who stand above all power levels in rooms of version 12; empty for other rooms. */
export type RoomCreators = readonly string[];

/** An event on the `v2_alpha` paths. */
export function clientEventV2Alpha(
  event: PduEvent,
  rules: RoomVersionRules,
  unsigned: JsonObject | undefined,
  creators: RoomCreators = [],
): JsonObject {
  const base = clientEventBase(event, rules);
  const content = contentOf2015(event, rules, creators, own(base, 'content') as JsonObject);
  return withUnsigned(withKey(base, 'content', content), unsigned);
}

/** An event on the `api/v1` paths. */
export function clientEventV1(
  event: PduEvent,
  rules: RoomVersionRules,
  unsigned: JsonObject | undefined,
  creators: RoomCreators = [],
): JsonObject {
  const form = emptyJsonObject();
  Object.assign(form, clientEventV2Alpha(event, rules, unsigned, creators));
  form['user_id'] = event.sender;
  for (const key of copiedFromUnsigned) {
    const value = unsigned === undefined ? undefined : own(unsigned, key);
    if (value !== undefined) form[key] = value;
  }
  const membership = event.type === 'm.room.member' ? own(event.content, 'membership') : undefined;
  if (membership !== undefined) form['membership'] = membership;
  return form;
}

/** The content of a state event as a client of 2015 reads it, also where only the content is answered. */
export function contentOf2015(
  event: PduEvent,
  rules: RoomVersionRules,
  creators: RoomCreators,
  content: JsonObject = event.content,
): JsonObject {
  if (event.stateKey !== '') return content;
  if (event.type === 'm.room.create' && rules.creatorIsSender) return withKey(content, 'creator', event.sender);
  if (event.type === 'm.room.power_levels' && rules.privilegedCreators) return powerLevelsWithCreators(content, creators);
  return content;
}

/** Power levels in which the creators of a version 12 room stand at the highest level that anything asks for, at least 100. */
export function powerLevelsWithCreators(content: JsonObject, creators: RoomCreators): JsonObject {
  const highest = highestLevel(content);
  const users = emptyJsonObject();
  Object.assign(users, ownObject(content, 'users'));
  for (const creator of creators) users[creator] = highest;
  return withKey(content, 'users', users);
}

/** The opposite, for power levels that such a client sends: a version 12 room refuses events that name a creator. */
export function powerLevelsWithoutCreators(content: JsonObject, creators: RoomCreators): JsonObject {
  const users = ownObject(content, 'users');
  return users === undefined ? content : withKey(content, 'users', withoutKeys(users, creators));
}

function highestLevel(content: JsonObject): number {
  let highest = 100;
  const consider = (value: JsonValue | undefined): void => {
    if (typeof value === 'number' && value > highest) highest = value;
  };
  Object.values(content).forEach(consider);
  for (const key of ['users', 'events', 'notifications']) Object.values(ownObject(content, key) ?? {}).forEach(consider);
  return highest;
}
