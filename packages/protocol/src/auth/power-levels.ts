import { parseUserId } from '../ids/user-id.ts';
/**
 * "If type is m.room.power_levels": the content must be well-formed, and nobody may change a level above their own, raise
 * anything above their own, or touch somebody of equal power.
 */
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { AuthContext } from './context.ts';
import type { Level } from './power.ts';
import { isCreator, namedLevels, parseLevel, userLevel } from './power.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, group, otherwiseAllow, rejectIf } from './rule-list.ts';

const always = (): boolean => true;

export const powerLevelsRules: Rule = group('power_levels', (c) => c.event.type === 'm.room.power_levels', [
  rejectIf('power_levels.named', hasBadNamedLevel, 'a level is not an integer', {
    inVersion: (rules) => rules.integerPowerLevels,
  }),
  rejectIf('power_levels.maps', hasBadMap, 'events and notifications must be objects of integers', {
    inVersion: (rules) => rules.integerPowerLevels,
  }),
  rejectIf('power_levels.users', hasBadUsers, 'users is not an object of user ids with integer levels'),
  rejectIf('power_levels.creators', namesCreator, "users names one of the room's creators, whose power has no number", {
    inVersion: (rules) => rules.privilegedCreators,
  }),
  allowIf('power_levels.first', (c) => c.power.content === undefined),
  group('power_levels.named_change', always, [
    rejectIf('power_levels.named_change.current', (c) => namedChanges(c).some(currentAbove(c)), 'a changed level is above the sender'),
    rejectIf('power_levels.named_change.new', (c) => namedChanges(c).some(newAbove(c)), 'a level is set above the sender or unreadable'),
  ]),
  group('power_levels.entry_current', always, [
    rejectIf('power_levels.entry_current.above', (c) => entryChanges(c).some(currentAbove(c)), 'a changed entry is above the sender'),
  ]),
  group('power_levels.entry_new', always, [
    rejectIf('power_levels.entry_new.above', (c) => entryChanges(c).some(newAbove(c)), 'an entry is set above the sender or unreadable'),
  ]),
  group('power_levels.user_current', always, [
    rejectIf('power_levels.user_current.equal', touchesEqual, "another user's level is changed that is not below the sender's"),
  ]),
  group('power_levels.user_new', always, [
    rejectIf('power_levels.user_new.above', (c) => userChanges(c).some(newAbove(c)), 'a user is raised above the sender'),
  ]),
  otherwiseAllow('power_levels.otherwise'),
]);

/** `current` or `next` is undefined where the entry is absent; `unreadable` marks a new value that is no level at all. */
type Change = { readonly key: string; readonly current: Level | undefined; readonly next: Level | undefined | 'unreadable' };

function hasBadNamedLevel(c: AuthContext): boolean {
  return namedLevels.some((name) => isBad(c, c.event.content[name]));
}

function hasBadMap(c: AuthContext): boolean {
  return ['events', 'notifications'].some((name) => isBadMap(c, c.event.content[name], () => true));
}

function hasBadUsers(c: AuthContext): boolean {
  return isBadMap(c, c.event.content['users'], (key) => parseUserId(key) !== undefined);
}

function isBadMap(c: AuthContext, map: JsonValue | undefined, isKey: (key: string) => boolean): boolean {
  if (map === undefined) return false;
  return !isJsonObject(map) || Object.entries(map).some(([key, value]) => !isKey(key) || isBad(c, value));
}

function isBad(c: AuthContext, value: JsonValue | undefined): boolean {
  return value !== undefined && parseLevel(c.rules, value) === undefined;
}

function namesCreator(c: AuthContext): boolean {
  const { create } = c;
  const users = c.event.content['users'];
  return create !== undefined && isJsonObject(users) && Object.keys(users).some((id) => isCreator(c.rules, create, id));
}

function touchesEqual(c: AuthContext): boolean {
  const own = userLevel(c.power, c.event.sender);
  return userChanges(c).some(({ key, current }) => key !== c.event.sender && current !== undefined && current >= own);
}

function currentAbove(c: AuthContext): (change: Change) => boolean {
  const own = userLevel(c.power, c.event.sender);
  return ({ current }) => current !== undefined && current > own;
}

/** A new value that cannot be read as a level cannot be shown to be within the sender's power. */
function newAbove(c: AuthContext): (change: Change) => boolean {
  const own = userLevel(c.power, c.event.sender);
  return ({ next }) => next === 'unreadable' || (next !== undefined && next > own);
}

function namedChanges(c: AuthContext): readonly Change[] {
  return changesBetween(c, c.power.content, c.event.content, namedLevels);
}

function entryChanges(c: AuthContext): readonly Change[] {
  return [...mapChanges(c, 'events'), ...(c.rules.checkNotificationLevels ? mapChanges(c, 'notifications') : [])];
}

function userChanges(c: AuthContext): readonly Change[] {
  return mapChanges(c, 'users');
}

function mapChanges(c: AuthContext, name: string): readonly Change[] {
  const before = asObject(c.power.content?.[name]);
  const after = asObject(c.event.content[name]);
  return changesBetween(c, before, after, new Set([...Object.keys(before), ...Object.keys(after)]));
}

function changesBetween(c: AuthContext, before: JsonObject | undefined, after: JsonObject, keys: Iterable<string>): readonly Change[] {
  const changes: Change[] = [];
  for (const key of keys) {
    const current = parseLevel(c.rules, ownValue(before, key));
    const value = ownValue(after, key);
    const next = value === undefined ? undefined : (parseLevel(c.rules, value) ?? 'unreadable');
    if (current !== next) changes.push({ key, current, next });
  }
  return changes;
}

function ownValue(object: JsonObject | undefined, key: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
