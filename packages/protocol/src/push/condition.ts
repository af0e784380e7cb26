/**
 * Conditions of push rules (https://spec.matrix.org/v1.19/client-server-api/#conditions-1), compiled to predicates. One
 * that is not understood, or lacks a parameter, matches nothing: it compiles to undefined, and so does its rule.
 */
import { compileGlob, foldCase } from '../glob.ts';
import { own, ownString } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { parsePropertyPath } from '../property-path.ts';
import type { PushEventView } from './event-view.ts';

/** What the event does not say: about the reader, and about the room at the event. */
export type PushContext = {
  readonly userId: string;
  /** The reader's display name in the room. */
  readonly displayName?: string | undefined;
  /** Joined members of the room. */
  readonly memberCount: number;
  /** Whether the sender's power reaches `notifications[key]` of the power levels. */
  readonly senderMayNotify: (key: string) => boolean;
  /** Whether the reader follows the thread that the event is in; undefined when it is in none, or nobody looked (MSC4306). */
  readonly followsThread?: boolean | undefined;
  /** The profile tag of the pusher that is asked for, if it has one (2015). */
  readonly profileTag?: string | undefined;
};

export type ConditionCheck = (event: PushEventView, context: PushContext) => boolean;

/** Characters of a pattern, a key, or a display name. Longer ones match nothing. */
export const pushPatternLengthMax = 1024;

/** The kind of a condition about the thread that an event is in (MSC4306). */
export const threadSubscription = 'io.element.msc4306.thread_subscription';

export function compileCondition(condition: JsonObject): ConditionCheck | undefined {
  switch (own(condition, 'kind')) {
    case 'event_match':
      return eventMatch(shortString(condition, 'key'), shortString(condition, 'pattern'));
    case 'event_property_is':
      return propertyIs(shortString(condition, 'key'), own(condition, 'value'));
    case 'event_property_contains':
      return propertyContains(shortString(condition, 'key'), own(condition, 'value'));
    case 'contains_display_name':
      return containsDisplayName;
    case 'room_member_count':
      return roomMemberCount(ownString(condition, 'is'));
    case 'sender_notification_permission':
      return senderNotificationPermission(shortString(condition, 'key'));
    case threadSubscription:
      return followsThread(own(condition, 'subscribed'));
    case 'profile_tag':
      return profileTag(shortString(condition, 'profile_tag'));
    default:
      return undefined;
  }
}

/** The pattern covers the whole value, but any part of the body that stands between word boundaries. */
export function eventMatch(key: string | undefined, pattern: string | undefined): ConditionCheck | undefined {
  if (key === undefined || pattern === undefined || pattern.length > pushPatternLengthMax) return undefined;
  const names = parsePropertyPath(key);
  const glob = compileGlob(foldCase(pattern), { words: key === bodyKey });
  return (event) => {
    const text = event.foldedString(key, names);
    return text !== undefined && glob.matches(text);
  };
}

export const bodyKey = 'content.body';
const bodyNames = parsePropertyPath(bodyKey);

function propertyIs(key: string | undefined, value: JsonValue | undefined): ConditionCheck | undefined {
  if (key === undefined || !isComparable(value)) return undefined;
  const names = parsePropertyPath(key);
  return (event) => event.property(names) === value;
}

function propertyContains(key: string | undefined, value: JsonValue | undefined): ConditionCheck | undefined {
  if (key === undefined || !isComparable(value)) return undefined;
  const names = parsePropertyPath(key);
  return (event) => {
    const list = event.property(names);
    return Array.isArray(list) && list.includes(value);
  };
}

/** Values are compared exactly, and only those that canonical JSON can hold and that are not compound. */
function isComparable(value: JsonValue | undefined): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

const containsDisplayName: ConditionCheck = (event, { displayName }) => {
  if (displayName === undefined || displayName === '' || displayName.length > pushPatternLengthMax) return false;
  const body = event.foldedString(bodyKey, bodyNames);
  return body !== undefined && compileGlob(foldCase(displayName), { words: true, literal: true }).matches(body);
};

function roomMemberCount(is: string | undefined): ConditionCheck | undefined {
  const parts = /^(==|<=|>=|<|>)?([0-9]{1,15})$/.exec(is ?? '');
  if (parts === null) return undefined;
  const count = Number(parts[2]);
  switch (parts[1]) {
    case '<':
      return (_, { memberCount }) => memberCount < count;
    case '>':
      return (_, { memberCount }) => memberCount > count;
    case '<=':
      return (_, { memberCount }) => memberCount <= count;
    case '>=':
      return (_, { memberCount }) => memberCount >= count;
    default:
      return (_, { memberCount }) => memberCount === count;
  }
}

function senderNotificationPermission(key: string | undefined): ConditionCheck | undefined {
  return key === undefined ? undefined : (_, context) => context.senderMayNotify(key);
}

function followsThread(subscribed: JsonValue | undefined): ConditionCheck | undefined {
  return typeof subscribed === 'boolean' ? (_, context) => context.followsThread === subscribed : undefined;
}

function profileTag(tag: string | undefined): ConditionCheck | undefined {
  return tag === undefined ? undefined : (_, context) => context.profileTag === tag;
}

function shortString(condition: JsonObject, key: string): string | undefined {
  const value = ownString(condition, key);
  return value === undefined || value.length > pushPatternLengthMax ? undefined : value;
}
