/** `event_fields`: which properties of an event the client wants, as dot-separated paths. */
import { emptyJsonObject } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import { parsePropertyPath } from '../property-path.ts';

export type EventFieldsProjection = (event: JsonObject) => JsonObject;

/** The wanted paths as a tree; `whole` means that everything from here on is wanted. */
type Wanted = { whole: boolean; readonly below: Map<string, Wanted> };

/**
 * A function that keeps only the wanted properties. Undefined when all are wanted: the list is absent, or empty (an
 * event without any property is of no use, and servers may give more than was asked for).
 */
export function compileEventFields(fields: readonly string[] | undefined): EventFieldsProjection | undefined {
  if (fields === undefined || fields.length === 0) return undefined;
  const root: Wanted = { whole: false, below: new Map() };
  for (const field of fields) addPath(root, parsePropertyPath(field));
  return (event) => keep(event, root);
}

function addPath(root: Wanted, names: readonly string[]): void {
  let at = root;
  for (const name of names) {
    const next: Wanted = at.below.get(name) ?? { whole: false, below: new Map() };
    at.below.set(name, next);
    at = next;
  }
  at.whole = true;
}

/** No deeper than the paths, which are bounded in length. */
function keep(value: JsonObject, wanted: Wanted): JsonObject {
  const kept = emptyJsonObject();
  for (const [name, below] of wanted.below) {
    if (!Object.hasOwn(value, name)) continue;
    const property = value[name] as JsonValue;
    if (below.whole) kept[name] = property;
    else if (isJsonObject(property)) kept[name] = keep(property, below);
  }
  return kept;
}
