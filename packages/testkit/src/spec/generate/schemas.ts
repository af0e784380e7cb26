import type { Json, JsonObject, Schema } from '../types.ts';
import { isObject, resolveReference } from './sources.ts';
import type { Place, Sources } from './sources.ts';

/**
 * Turns a schema of the specification into one without prose, whose references all point into one
 * collection of shared definitions. What is not listed below as a keyword is an error, so that a new
 * keyword in a later version of the specification is decided by a person and not dropped in silence.
 */
export type SchemaCollector = {
  readonly convert: (place: Place, schema: Json) => Schema;
  /** Makes the schema at a place a shared definition and returns the `$ref` to it. */
  readonly define: (place: Place) => string;
  /** The shared definitions met so far. */
  readonly definitions: () => Record<string, Schema>;
};

const VALUE_KEYWORDS = new Set([
  'type',
  'required',
  'enum',
  'const',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'default',
]);
const SCHEMA_KEYWORDS = new Set(['items', 'additionalProperties', 'not', 'propertyNames']);
const SCHEMA_MAP_KEYWORDS = new Set(['properties', 'patternProperties']);
const SCHEMA_LIST_KEYWORDS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const PROSE = new Set([
  'title',
  'description',
  'example',
  'examples',
  'deprecated',
  '$schema',
  '$id',
  // Only one file has it, for schemas that nothing outside of it refers to.
  'components',
]);

export function collectSchemas(sources: Sources): SchemaCollector {
  const definitions = new Map<string, Schema>();

  const convert = (place: Place, schema: Json): Schema => {
    if (typeof schema === 'boolean') return schema;
    if (!isObject(schema)) throw new Error(`${place.file}#${place.pointer} is not a schema`);
    const result: JsonObject = {};
    for (const [keyword, value] of Object.entries(schema)) {
      const converted = convertKeyword({ file: place.file, pointer: `${place.pointer}/${keyword}` }, keyword, value);
      if (converted !== undefined) result[keyword] = converted;
    }
    return simplify(result);
  };

  const convertKeyword = (place: Place, keyword: string, value: Json): Json | undefined => {
    if (PROSE.has(keyword) || keyword.startsWith('x-')) return undefined;
    if (VALUE_KEYWORDS.has(keyword)) return value;
    if (keyword === '$ref' && typeof value === 'string') return define(resolveReference(place.file, value));
    if (SCHEMA_KEYWORDS.has(keyword)) return convert(place, value);
    if (SCHEMA_MAP_KEYWORDS.has(keyword) && isObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, convert(place, schema)]));
    }
    if (SCHEMA_LIST_KEYWORDS.has(keyword) && Array.isArray(value)) return value.map((schema) => convert(place, schema));
    throw new Error(`${place.file}#${place.pointer}: nobody has decided about this keyword`);
  };

  const define = (place: Place): string => {
    const name = definitionName(place);
    if (!definitions.has(name)) {
      definitions.set(name, true); // Taken before it is converted, for schemas that contain themselves.
      definitions.set(name, convert(place, sources.at(place)));
    }
    return `#/$defs/${name}`;
  };

  return { convert, define, definitions: () => Object.fromEntries(definitions) };
}

/** `api/client-server/definitions/errors/error.yaml` becomes `client-server.errors.error`. */
export function definitionName(place: Place): string {
  const file = place.file
    .replace(/\.yaml$/, '')
    .replace(/^api\//, '')
    .replace(/^event-schemas\/schema\//, 'event.')
    .replace('/definitions/', '/');
  const pointer = place.pointer.replace('/components/schemas', '');
  return (file + pointer).replaceAll('/', '.').replaceAll('$', '.');
}

/** An `allOf` of a single schema says nothing more than that schema, unless the two share keywords. */
function simplify(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema;
  if (!Array.isArray(allOf) || allOf.length !== 1) return schema;
  const only = allOf[0];
  if (!isObject(only)) return schema;
  const clashes = Object.keys(only).some((keyword) => keyword in rest && rest[keyword] !== only[keyword]);
  return clashes ? schema : { ...rest, ...only };
}
