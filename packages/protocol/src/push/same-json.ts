import type { JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';

/** Whether two JSON values are the same, whatever the order of their keys. Nesting is bounded by the JSON door. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, i) => sameJson(entry as JsonValue, b[i] as JsonValue));
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}
