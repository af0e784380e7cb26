/**
 * Effective power levels: who may do what. The values come from `m.room.power_levels`, with the defaults of the
 * specification (client-server API, m.room.power_levels), and from room version 12 on the room's creators stand above
 * every number.
 */
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { StateEvent } from './context.ts';

/** A power level. `Infinity` is a v12 creator; `bigint` appears only outside ±(2^53−1), which old versions permit. */
export type Level = number | bigint;

/** The levels of the content's own keys, with the value each has when it is not given. */
export const levelDefaults = {
  users_default: 0,
  events_default: 0,
  state_default: 50,
  ban: 50,
  redact: 50,
  kick: 50,
  invite: 0,
} as const;
export type NamedLevel = keyof typeof levelDefaults;
export const namedLevels = Object.keys(levelDefaults) as readonly NamedLevel[];

/** Power levels in force, read from a create event and the power levels event, either of which may be missing. */
export type PowerLevels = {
  readonly rules: RoomVersionRules;
  readonly content: JsonObject | undefined;
  readonly create: Pick<StateEvent, 'sender' | 'content'> | undefined;
};

export function powerLevels(
  rules: RoomVersionRules,
  create: Pick<StateEvent, 'sender' | 'content'> | undefined,
  levels: Pick<StateEvent, 'content'> | undefined,
): PowerLevels {
  return { rules, content: levels?.content, create };
}

/** The level of a user: creators first (v12), then their own entry, then `users_default`. */
export function userLevel(power: PowerLevels, userId: string): Level {
  const { rules, content, create } = power;
  if (create !== undefined && rules.privilegedCreators && isCreator(rules, create, userId)) return Infinity;
  if (content === undefined) {
    // Without a power levels event the creator of an older room has 100 and everybody else 0.
    const founder = create !== undefined && !rules.privilegedCreators && isCreator(rules, create, userId);
    return founder ? 100 : 0;
  }
  return entryLevel(rules, content['users'], userId) ?? namedLevel(power, 'users_default');
}

/** The level of one of the content's own keys, such as `ban`. */
export function namedLevel(power: PowerLevels, name: NamedLevel): Level {
  return parseLevel(power.rules, power.content?.[name]) ?? levelDefaults[name];
}

/** The level that sending an event of this type requires. */
export function requiredLevel(power: PowerLevels, type: string, isState: boolean): Level {
  const own = entryLevel(power.rules, power.content?.['events'], type);
  return own ?? namedLevel(power, isState ? 'state_default' : 'events_default');
}

/** Whether a user created the room: the create event's sender, before v11 its `creator`, from v12 `additional_creators` too. */
export function isCreator(rules: RoomVersionRules, create: Pick<StateEvent, 'sender' | 'content'>, userId: string): boolean {
  if (!rules.creatorIsSender) return create.content['creator'] === userId;
  if (create.sender === userId) return true;
  if (!rules.privilegedCreators) return false;
  const more = create.content['additional_creators'];
  return Array.isArray(more) && more.includes(userId);
}

/**
 * Reads a level as the room version permits: integers always; up to v9 strings that spell an integer; up to v5 floats,
 * cut at the decimal point. Anything else is undefined.
 */
export function parseLevel(rules: RoomVersionRules, value: JsonValue | undefined): Level | undefined {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value;
    return rules.strictCanonicalJson || !Number.isFinite(value) ? undefined : Math.trunc(value);
  }
  if (typeof value === 'bigint') return rules.strictCanonicalJson ? undefined : fit(value);
  if (typeof value === 'string' && !rules.integerPowerLevels) return parseSpelled(value);
  return undefined;
}

/** 64 KiB of digits would be slow to read as a number and mean nothing: no level has more than this many characters. */
const spelledLengthMax = 400;

function parseSpelled(text: string): Level | undefined {
  if (text.length > spelledLengthMax) return undefined;
  const match = /^\s*([+-]?)([0-9]+)\s*$/.exec(text);
  if (match === null) return undefined;
  const size = BigInt(match[2] as string);
  return fit(match[1] === '-' ? -size : size);
}

function fit(value: bigint): Level {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

function entryLevel(rules: RoomVersionRules, entries: JsonValue | undefined, key: string): Level | undefined {
  if (!isJsonObject(entries) || !Object.hasOwn(entries, key)) return undefined;
  return parseLevel(rules, entries[key]);
}
