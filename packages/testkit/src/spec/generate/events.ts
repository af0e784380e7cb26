import type { EventKind, EventSchema, Json, JsonObject, Schema } from '../types.ts';
import type { SchemaCollector } from './schemas.ts';
import { isObject, resolveReference } from './sources.ts';
import type { Place, Sources } from './sources.ts';

/**
 * The content schema of one event type. A file is named for its type, with `$variant` behind it when it
 * describes one msgtype or method; files that describe a mixin and no event give undefined.
 */
export function eventSchemaOf(file: string, sources: Sources, schemas: SchemaCollector): EventSchema | undefined {
  const parts = layersOf(sources, { file, pointer: '' }, sources.document(file));
  const type = eventType(file, parts);
  if (type === undefined) return undefined;
  const contents = parts.flatMap((part) => {
    const content = propertyOf(part, 'content');
    return content === undefined ? [] : [schemas.convert(part.place, content)];
  });
  const stateKeys = parts.flatMap((part) => {
    const stateKey = propertyOf(part, 'state_key');
    return stateKey === undefined ? [] : [schemas.convert(part.place, stateKey)];
  });
  const variant = /\$(.+)\.yaml$/.exec(file)?.[1];
  const kind = kindOf(parts);
  return {
    type,
    ...(variant === undefined ? {} : { variant }),
    kind,
    content: allOf(contents),
    ...(kind === 'state' ? { stateKey: allOf(stateKeys) } : {}),
  };
}

type Layer = { readonly place: Place; readonly schema: JsonObject };

/** A schema and everything that it is composed of through `$ref` and `allOf`, the schema itself first. */
function layersOf(sources: Sources, place: Place, schema: Json): Layer[] {
  if (!isObject(schema)) return [];
  const layers: Layer[] = [{ place, schema }];
  if (typeof schema['$ref'] === 'string') {
    const target = resolveReference(place.file, schema['$ref']);
    layers.push(...layersOf(sources, target, sources.at(target)));
  }
  const parts = schema['allOf'];
  if (Array.isArray(parts)) layers.push(...parts.flatMap((part) => layersOf(sources, place, part)));
  return layers;
}

function propertyOf(layer: Layer, name: string): Json | undefined {
  const properties = layer.schema['properties'];
  return isObject(properties) ? properties[name] : undefined;
}

function eventType(file: string, layers: Layer[]): string | undefined {
  for (const layer of layers) {
    const type = propertyOf(layer, 'type');
    if (isObject(type) && Array.isArray(type['enum']) && typeof type['enum'][0] === 'string') return type['enum'][0];
  }
  // One event leaves its type to the name of its file.
  const isEvent = layers.some((layer) => layer.place.file.includes('/core-event-schema/'));
  return isEvent ? /([^/$]+)(?:\$.+)?\.yaml$/.exec(file)?.[1] : undefined;
}

function kindOf(layers: Layer[]): EventKind {
  const from = (name: string) => layers.some((layer) => layer.place.file.endsWith(`core-event-schema/${name}.yaml`));
  if (from('state_event')) return 'state';
  return from('room_event') ? 'message' : 'event';
}

/** Drops repeats and the plain "an object" of the common base before combining. */
function allOf(schemas: Schema[]): Schema {
  const texts = [...new Set(schemas.map((schema) => JSON.stringify(schema)))];
  const narrow = texts.filter((text) => text !== '{"type":"object"}' && text !== '{"type":"string"}');
  const parts = (narrow.length === 0 ? texts : narrow).map((text) => JSON.parse(text) as Schema);
  const [only] = parts;
  if (only === undefined) return true;
  return parts.length === 1 ? only : { allOf: parts };
}
