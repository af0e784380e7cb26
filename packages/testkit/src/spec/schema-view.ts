import type { JsonObject, Schema } from './types.ts';

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

const JSON_TYPES: readonly JsonType[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

/**
 * A schema with references, `allOf` and alternatives flattened into one view: good enough to walk a
 * body field by field, not to validate it (that is Ajv's work).
 */
export type SchemaView = {
  /** Types that the value may have; empty when nothing is said, so any will do. */
  readonly types: readonly JsonType[];
  readonly properties: ReadonlyMap<string, Schema>;
  readonly required: ReadonlySet<string>;
  readonly items?: Schema;
  /** Schema of the values of an object whose keys are data, with a pattern for these keys if there is one. */
  readonly values?: { readonly pattern?: string; readonly schema: Schema };
  /** The first schema that restricts the value itself: enum, const, format, pattern, bounds. */
  readonly leaf: JsonObject;
};

export type Definitions = Readonly<Record<string, Schema>>;

/** References are followed this deep; nothing in the specification nests deeper than 8. */
export const DEPTH_MAX = 12;

export function viewOf(schema: Schema, definitions: Definitions): SchemaView {
  const layers = layersOf(schema, definitions, 0);
  const properties = new Map<string, Schema>();
  for (const layer of layers) {
    for (const [name, property] of Object.entries(asObject(layer['properties']))) {
      if (!properties.has(name)) properties.set(name, property as Schema);
    }
  }
  const items = layers.find((layer) => layer['items'] !== undefined)?.['items'];
  const values = layers.map(valuesOf).find((each) => each !== undefined);
  return {
    types: typesOf(schema, definitions, 0),
    properties,
    required: new Set(layers.flatMap((layer) => asList(layer['required']) as string[])),
    ...(items === undefined ? {} : { items: items as Schema }),
    ...(values === undefined ? {} : { values }),
    leaf: Object.assign({}, ...layers.toReversed()) as JsonObject,
  };
}

/** The schema itself and what it is made of; of alternatives only one, an object if there is one among them. */
function layersOf(schema: Schema, definitions: Definitions, depth: number): JsonObject[] {
  if (typeof schema === 'boolean' || depth > DEPTH_MAX) return [];
  const parts = [
    ...referenced(schema, definitions),
    ...asList(schema['allOf']),
    ...fullestOf(asList(schema['oneOf']) as Schema[], definitions, depth),
    ...fullestOf(asList(schema['anyOf']) as Schema[], definitions, depth),
  ];
  return [schema, ...parts.flatMap((part) => layersOf(part as Schema, definitions, depth + 1))];
}

function fullestOf(alternatives: Schema[], definitions: Definitions, depth: number): Schema[] {
  const object = alternatives.find((part) => typesOf(part, definitions, depth + 1).includes('object'));
  return object === undefined ? alternatives.slice(0, 1) : [object];
}

function typesOf(schema: Schema, definitions: Definitions, depth: number): readonly JsonType[] {
  if (typeof schema === 'boolean' || depth > DEPTH_MAX) return [];
  const own = statedTypes(schema);
  const all = [...referenced(schema, definitions), ...asList(schema['allOf'])]
    .map((part) => typesOf(part as Schema, definitions, depth + 1))
    .filter((types) => types.length > 0);
  const alternatives = [...asList(schema['oneOf']), ...asList(schema['anyOf'])].map((part) =>
    typesOf(part as Schema, definitions, depth + 1),
  );
  // An alternative without a type allows everything, and then the alternatives say nothing.
  if (alternatives.length > 0 && alternatives.every((types) => types.length > 0)) all.push(alternatives.flat());
  const stated = [own, ...all].filter((types) => types.length > 0);
  return JSON_TYPES.filter((type) => stated.length > 0 && stated.every((types) => allows(types, type)));
}

function statedTypes(schema: JsonObject): readonly JsonType[] {
  const stated = schema['type'];
  if (typeof stated === 'string') return [stated as JsonType];
  if (Array.isArray(stated)) return stated as JsonType[];
  if (Array.isArray(schema['enum'])) return schema['enum'].map(typeOf);
  return schema['const'] === undefined ? [] : [typeOf(schema['const'])];
}

function allows(types: readonly JsonType[], type: JsonType): boolean {
  return types.includes(type) || (type === 'integer' && types.includes('number'));
}

export function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'boolean' | 'string' | 'object';
}

function valuesOf(schema: JsonObject): SchemaView['values'] {
  const [pattern] = Object.entries(asObject(schema['patternProperties']));
  if (pattern !== undefined) return { pattern: pattern[0], schema: pattern[1] as Schema };
  const additional = schema['additionalProperties'];
  return typeof additional === 'object' ? { schema: additional as JsonObject } : undefined;
}

function referenced(schema: JsonObject, definitions: Definitions): Schema[] {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return [];
  const target = definitions[reference.replace('#/$defs/', '')];
  if (target === undefined) throw new Error(`no definition for ${reference}`);
  return [target];
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
