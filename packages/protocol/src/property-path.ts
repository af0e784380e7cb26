/**
 * Dot-separated paths to a property of an event, such as `content.m\.relates_to.rel_type`.
 *
 * `\.` is a dot and `\\` a backslash inside a name; any other backslash is itself
 * (https://spec.matrix.org/v1.19/appendices/#dot-separated-property-paths).
 */
import type { JsonValue } from './json/value.ts';
import { isJsonObject } from './json/value.ts';

/** The names along a path. */
export function parsePropertyPath(path: string): readonly string[] {
  const names: string[] = [];
  let name = '';
  for (let i = 0; i < path.length; i += 1) {
    const char = path[i] ?? '';
    const next = path[i + 1];
    if (char === '\\' && (next === '.' || next === '\\')) {
      name += next;
      i += 1;
    } else if (char === '.') {
      names.push(name);
      name = '';
    } else {
      name += char;
    }
  }
  names.push(name);
  return names;
}

/** What stands at the end of the path; undefined if a name on the way is missing. Arrays have no named properties. */
export function propertyAt(value: JsonValue | undefined, names: readonly string[]): JsonValue | undefined {
  let at = value;
  for (const name of names) {
    if (!isJsonObject(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}
