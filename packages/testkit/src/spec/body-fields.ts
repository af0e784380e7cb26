import { sampleKey } from './sample.ts';
import { DEPTH_MAX, viewOf } from './schema-view.ts';
import type { Definitions, JsonType } from './schema-view.ts';
import type { Specification } from './specification.ts';
import type { Operation, Schema } from './types.ts';

export type BodyField = {
  /**
   * Keys from the body's top to the field; [] is the body itself. The key of a map and the index of a
   * list are those that `sample` uses, so that every path exists in a sample.
   */
  readonly path: readonly string[];
  /** Empty when any type is allowed. */
  readonly types: readonly JsonType[];
  readonly required: boolean;
};

/** Each field of an operation's request body; none when it has no JSON body. */
export function bodyFields(spec: Specification, operation: Operation): readonly BodyField[] {
  const schema = operation.request?.schema;
  return schema === undefined ? [] : fieldsOf(schema, spec.apis[operation.api].$defs);
}

/** Each field of a schema, parents before their children, in the schema's order. */
export function fieldsOf(schema: Schema, definitions: Definitions): readonly BodyField[] {
  return walk(schema, definitions, [], true);
}

function walk(schema: Schema, definitions: Definitions, path: readonly string[], required: boolean): BodyField[] {
  const view = viewOf(schema, definitions);
  const fields: BodyField[] = [{ path, types: view.types, required }];
  if (path.length >= DEPTH_MAX) return fields;
  for (const [name, property] of view.properties) {
    fields.push(...walk(property, definitions, [...path, name], view.required.has(name)));
  }
  const key = view.values === undefined ? undefined : sampleKey(view.values.pattern);
  if (view.values !== undefined && key !== undefined && !view.properties.has(key)) {
    fields.push(...walk(view.values.schema, definitions, [...path, key], false));
  }
  if (view.items !== undefined) fields.push(...walk(view.items, definitions, [...path, '0'], true));
  return fields;
}
