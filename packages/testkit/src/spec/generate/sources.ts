import { dirname, join, normalize } from 'node:path';

import { parse } from 'yaml';

import type { Json, JsonObject } from '../types.ts';

/** Reads one source file; the path is relative to the folder of the specification's data. */
export type ReadSource = (path: string) => string;

/** A place in the sources: a file and a JSON pointer into it ('' is the whole file). */
export type Place = { readonly file: string; readonly pointer: string };

/** The parsed YAML of the specification, each file once. */
export type Sources = {
  readonly document: (file: string) => Json;
  readonly at: (place: Place) => Json;
};

export function sourcesFrom(read: ReadSource): Sources {
  // Bounded by the number of files in the folder.
  const parsed = new Map<string, Json>();
  const document = (file: string): Json => {
    const known = parsed.get(file);
    if (known !== undefined) return known;
    const value = parse(read(file)) as Json;
    parsed.set(file, value);
    return value;
  };
  return { document, at: (place) => lookUp(document(place.file), place) };
}

/** Where a `$ref` written in `file` leads. */
export function resolveReference(file: string, reference: string): Place {
  const [path = '', pointer = ''] = reference.trim().split('#');
  return { file: path === '' ? file : normalize(join(dirname(file), path)), pointer };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Follows `$ref` until there is none; used where OpenAPI allows a reference instead of an object. */
export function followReferences(sources: Sources, place: Place, value: Json | undefined): { place: Place; value: Json | undefined } {
  let here = { place, value };
  // No chain in the specification is longer than 3; a longer one than 16 is a cycle.
  for (let hop = 0; hop < 16; hop += 1) {
    if (!isObject(here.value) || typeof here.value['$ref'] !== 'string') return here;
    const next = resolveReference(here.place.file, here.value['$ref']);
    here = { place: next, value: sources.at(next) };
  }
  throw new Error(`${place.file}: the reference at '${place.pointer}' goes in a circle`);
}

function lookUp(document: Json, place: Place): Json {
  let value: Json | undefined = document;
  for (const step of place.pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value) ? value[key] : undefined;
  }
  if (value === undefined) throw new Error(`${place.file}#${place.pointer} does not exist`);
  return value;
}
