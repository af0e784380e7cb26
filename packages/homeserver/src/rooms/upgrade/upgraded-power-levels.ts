import {
  isJsonObject,
  type JsonObject,
  jsonObjectFrom,
  type JsonValue,
  type PowerLevels,
  type RoomVersionRules,
  userLevel,
} from '@hearth/protocol';

/** The level of creators where versions give them none beyond all levels. */
const ownerLevel = 100;

export type UpgradedLevels = {
  /** Of the old room. */
  readonly power: PowerLevels;
  /** All who are creators of the old room by its version. */
  readonly oldCreators: readonly string[];
  /** All who will be creators of the new one: the upgrader, and whom they name. */
  readonly creators: readonly string[];
  /** Of the new room. */
  readonly rules: RoomVersionRules;
};

/**
 * The new room's m.room.power_levels. Where creators have all power they must not be named; where they have not, those who had it
 * in the old room become owners, and so does nobody else: an upgrade gives no power to people who had none.
 */
export function upgradedPowerLevels({ power, oldCreators, creators, rules }: UpgradedLevels): JsonObject {
  const { users, ...rest } = power.content ?? {};
  const named = new Map<string, JsonValue>(isJsonObject(users) ? Object.entries(users) : []);
  if (rules.privilegedCreators) {
    for (const creator of creators) named.delete(creator);
  } else {
    for (const creator of oldCreators) if (userLevel(power, creator) >= ownerLevel) named.set(creator, ownerLevel);
  }
  return { ...rest, users: jsonObjectFrom(named) };
}

/** What of the old room's power levels keeps people from going on in it; undefined when that is so already. */
export function closedPowerLevels(content: JsonObject): JsonObject | undefined {
  const usersDefault = numberOr(content['users_default'], 0);
  const least = Math.max(50, usersDefault + 1);
  const events = Math.max(least, numberOr(content['events_default'], 0));
  const invite = Math.max(least, numberOr(content['invite'], 0));
  if (content['events_default'] === events && content['invite'] === invite) return undefined;
  return { ...content, events_default: events, invite };
}

function numberOr(value: JsonValue | undefined, otherwise: number): number {
  const level = Number(value ?? otherwise);
  return Number.isSafeInteger(level) ? level : otherwise;
}
