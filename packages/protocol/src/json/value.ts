/**
 * A parsed JSON value as it lives inside Hearth.
 *
 * Objects that came from outside have a null prototype (see json/parse.ts), so `__proto__` and friends are
 * ordinary keys. Numbers are integers within ±(2^53−1) wherever canonical JSON is required; client content that
 * never becomes part of an event (account data, filters) may hold floats. Room versions 1 to 5 may carry
 * numbers outside that range: those are kept as `bigint` (integers) and floats as `number`.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export type JsonObject = { readonly [key: string]: JsonValue };

/** True for a JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
