import type { JsonArray, JsonObject, JsonValue } from './value.ts';
import { isJsonObject } from './value.ts';

/**
 * Building and reading JSON objects whose keys may come from strangers. Objects made here have no prototype, so a key
 * such as `__proto__` or `constructor` is an ordinary key; the readers look at own keys only, whatever they are given.
 */

type Building = { [key: string]: JsonValue };

/** An empty object without prototype, to be filled by the caller before anyone else sees it. */
export function emptyJsonObject(): Building {
  return Object.setPrototypeOf({}, null) as Building;
}

/** An object with the members of `members`; those whose value is undefined are left out. */
export function jsonObject(members: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  const object = emptyJsonObject();
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value !== undefined) object[key] = value;
  }
  return object;
}

/** An object from entries; a later entry replaces an earlier one of the same key. */
export function jsonObjectFrom(entries: Iterable<readonly [string, JsonValue]>): JsonObject {
  const object = emptyJsonObject();
  for (const [key, value] of entries) object[key] = value;
  return object;
}

/** A copy of `object` in which `key` has `value`. */
export function withKey(object: JsonObject, key: string, value: JsonValue): JsonObject {
  const copy = emptyJsonObject();
  for (const other of Object.keys(object)) copy[other] = object[other] as JsonValue;
  copy[key] = value;
  return copy;
}

/** A copy of `object` without `keys`. */
export function withoutKeys(object: JsonObject, keys: readonly string[]): JsonObject {
  const copy = emptyJsonObject();
  for (const key of Object.keys(object)) {
    if (!keys.includes(key)) copy[key] = object[key] as JsonValue;
  }
  return copy;
}

/** A copy of `object` with only those of `keys` that it has. */
export function pickKeys(object: JsonObject, keys: readonly string[]): JsonObject {
  const copy = emptyJsonObject();
  for (const key of keys) {
    if (Object.hasOwn(object, key)) copy[key] = object[key] as JsonValue;
  }
  return copy;
}

/** The value of an own key, else undefined. */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The value of an own key if it is a string. */
export function ownString(object: JsonObject, key: string): string | undefined {
  const value = own(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** The value of an own key if it is an integer within ±(2^53−1). */
export function ownInteger(object: JsonObject, key: string): number | undefined {
  const value = own(object, key);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** The value of an own key if it is an object. */
export function ownObject(object: JsonObject, key: string): JsonObject | undefined {
  const value = own(object, key);
  return isJsonObject(value) ? value : undefined;
}

/** The value of an own key if it is an array. */
export function ownArray(object: JsonObject, key: string): JsonArray | undefined {
  const value = own(object, key);
  return Array.isArray(value) ? (value as JsonArray) : undefined;
}
