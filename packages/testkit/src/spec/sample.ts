import { DEPTH_MAX, viewOf } from './schema-view.ts';
import type { Definitions, SchemaView } from './schema-view.ts';
import type { Json, JsonObject, Schema } from './types.ts';

/** One value for each format and for the patterns that appear as object keys. */
const BY_FORMAT: Record<string, string> = {
  'mx-user-id': '@someone:example.org',
  'mx-room-id': '!room:example.org',
  'mx-event-id': '$event',
  'mx-room-alias': '#alias:example.org',
  'mx-server-name': 'example.org',
  'mx-mxc-uri': 'mxc://example.org/media',
  'mx-unpadded-base64': 'c29tZXRoaW5n',
  'mx-urlsafe-unpadded-base64': 'c29tZXRoaW5n',
  uri: 'https://example.org/',
  email: 'someone@example.org',
};

const BY_PATTERN = ['turn:example.org', 'geo:51.5,0.0'];

const KEYS = ['key', '@someone:example.org', '!room:example.org', '$event', 'ed25519:1', 'example.org', 'm.some.type'];

/** A value that follows a schema with every field that the schema names present. */
export function sample(schema: Schema, definitions: Definitions): Json {
  return sampleAt(schema, definitions, 0);
}

/** A value that follows a schema with nothing but what the schema requires. */
export function leastSample(schema: Schema, definitions: Definitions): Json {
  const view = viewOf(schema, definitions);
  if (!view.types.includes('object')) return sample(schema, definitions);
  const required = [...view.properties].filter(([name]) => view.required.has(name));
  return Object.fromEntries(required.map(([name, property]) => [name, leastSample(property, definitions)]));
}

function sampleAt(schema: Schema, definitions: Definitions, depth: number): Json {
  const view = viewOf(schema, definitions);
  const { leaf } = view;
  if (leaf['const'] !== undefined) return leaf['const'];
  if (Array.isArray(leaf['enum']) && leaf['enum'][0] !== undefined) return leaf['enum'][0];
  if (view.types.includes('object') || view.properties.size > 0) return sampleObject(view, definitions, depth);
  if (view.types.includes('array')) return sampleArray(view, definitions, depth);
  if (view.types.includes('string')) return sampleString(leaf);
  if (view.types.includes('integer')) return typeof leaf['minimum'] === 'number' ? leaf['minimum'] : 1;
  if (view.types.includes('boolean')) return true;
  return view.types.length === 0 ? {} : null;
}

function sampleObject(view: SchemaView, definitions: Definitions, depth: number): JsonObject {
  const result: JsonObject = {};
  if (depth > DEPTH_MAX) return result;
  for (const [name, property] of view.properties) result[name] = sampleAt(property, definitions, depth + 1);
  if (view.values !== undefined) {
    const key = sampleKey(view.values.pattern);
    if (key !== undefined) result[key] = sampleAt(view.values.schema, definitions, depth + 1);
  }
  return result;
}

function sampleArray(view: SchemaView, definitions: Definitions, depth: number): Json[] {
  if (view.items === undefined || depth > DEPTH_MAX) return [];
  const count = typeof view.leaf['minItems'] === 'number' ? view.leaf['minItems'] : 1;
  return Array.from({ length: count }, () => sampleAt(view.items ?? true, definitions, depth + 1));
}

function sampleString(leaf: JsonObject): string {
  const { format, pattern } = leaf;
  const usual = (typeof format === 'string' ? BY_FORMAT[format] : undefined) ?? 'text';
  if (typeof pattern !== 'string') return usual;
  const expression = new RegExp(pattern);
  return [usual, ...BY_PATTERN, ''].find((value) => expression.test(value)) ?? usual;
}

/** A key that matches a pattern of patternProperties; undefined when none of ours does. */
export function sampleKey(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return KEYS[0];
  const expression = new RegExp(pattern);
  return KEYS.find((key) => expression.test(key));
}
