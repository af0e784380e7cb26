import { fieldsOf } from './body-fields.ts';
import { sample } from './sample.ts';
import { typeOf } from './schema-view.ts';
import type { Definitions, JsonType } from './schema-view.ts';
import type { Specification } from './specification.ts';
import type { Json, JsonObject, Operation, Schema } from './types.ts';

export type WrongBody = {
  /** JSON pointer to the field that is wrong; '' is the body itself. */
  readonly pointer: string;
  readonly expected: readonly JsonType[];
  readonly given: JsonType;
  readonly body: Json;
};

/** One of each type, chosen so that each would do harm where it is taken for another. */
const VALUES: readonly Json[] = [null, true, 7, 1.5, 'text', ['text'], { key: 'text' }];

/**
 * Bodies that are wrong in exactly one field's type: for each field of the schema each JSON type that
 * the field may not have. Always the same bodies in the same order.
 *
 * @param base a body that the server accepts; by default a sample with all fields. Fields that the base
 *   lacks are taken from the sample, together with their parents.
 */
export function* wrongTypes(schema: Schema, definitions: Definitions, base?: Json): Generator<WrongBody> {
  const full = sample(schema, definitions);
  const start = base ?? full;
  for (const field of fieldsOf(schema, definitions)) {
    if (field.types.length === 0) continue;
    for (const value of VALUES) {
      const given = typeOf(value);
      const allowed = field.types.includes(given) || (given === 'integer' && field.types.includes('number'));
      if (allowed) continue;
      const pointer = field.path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
      yield { pointer, expected: field.types, given, body: withValueAt(start, full, field.path, value) };
    }
  }
}

/** The same for an operation's request body; none when it has no JSON body. */
export function* wrongBodies(spec: Specification, operation: Operation, base?: Json): Generator<WrongBody> {
  const schema = operation.request?.schema;
  if (schema !== undefined) yield* wrongTypes(schema, spec.apis[operation.api].$defs, base);
}

/** A copy of `value` with one place changed; `full` lends the parents that `value` does not have. */
export function withValueAt(value: Json | undefined, full: Json | undefined, path: readonly string[], put: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return put;
  const parent = isContainer(value) ? value : isContainer(full) ? full : {};
  const child = withValueAt(childOf(parent, key), childOf(full, key), rest, put);
  if (Array.isArray(parent)) return parent.length === 0 ? [child] : parent.with(Number(key), child);
  return { ...parent, [key]: child };
}

function childOf(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isContainer(value) ? value[key] : undefined;
}

function isContainer(value: Json | undefined): value is JsonObject | Json[] {
  return typeof value === 'object' && value !== null;
}
