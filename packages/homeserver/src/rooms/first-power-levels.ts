import { MatrixError } from '../http/errors.ts';
import { isJsonObject, type JsonObject, type RoomVersionRules } from '@hearth/protocol';

export type FirstPowerLevels = {
  readonly rules: RoomVersionRules;
  readonly creator: string;
  /** Invitees that become equals of the creator (trusted_private_chat); in v12 they are creators instead. */
  readonly equals: readonly string[];
  /** `power_level_content_override`. */
  readonly override: JsonObject;
};

/**
 * Content of a new room's m.room.power_levels (client-server API, POST createRoom, step 3). The override replaces whole
 * keys of the generated content.
 */
export function firstPowerLevels({ rules, creator, equals, override }: FirstPowerLevels): JsonObject {
  const users: Record<string, number> = Object.create(null) as Record<string, number>;
  if (!rules.privilegedCreators) for (const user of [creator, ...equals]) users[user] = 100;
  const content: JsonObject = {
    ban: 50,
    events: {
      'm.room.avatar': 50,
      'm.room.canonical_alias': 50,
      'm.room.encryption': 100,
      'm.room.history_visibility': 100,
      'm.room.name': 50,
      'm.room.power_levels': 100,
      'm.room.server_acl': 100,
      // From v12 on upgrading is for creators, unless the room says otherwise.
      'm.room.tombstone': rules.privilegedCreators ? 150 : 100,
    },
    events_default: 0,
    invite: 0,
    kick: 50,
    redact: 50,
    state_default: 50,
    users,
    users_default: 0,
    ...override,
  };
  refuseCreators(rules, creator, equals, content);
  return content;
}

function refuseCreators(rules: RoomVersionRules, creator: string, equals: readonly string[], content: JsonObject): void {
  const users = content['users'];
  if (!rules.privilegedCreators || !isJsonObject(users)) return;
  const named = [creator, ...equals].find((user) => Object.hasOwn(users, user));
  if (named === undefined) return;
  throw new MatrixError(
    'M_INVALID_PARAM',
    `${named} is a creator of the room and has all power in room version ${rules.version}; power_level_content_override must not name creators.`,
  );
}
