import { readFileSync } from 'node:fs';

import { API_NAMES } from './types.ts';
import type { ApiDocument, ApiName, EndpointLists, EventDocument, Operation, Schema } from './types.ts';

/** The specification as data; what the functions of this folder take as their first parameter. */
export type Specification = {
  readonly apis: Readonly<Record<ApiName, ApiDocument>>;
  readonly events: EventDocument;
  readonly endpoints: EndpointLists;
};

const FOLDER = new URL('../../spec/generated/', import.meta.url);

let loaded: Specification | undefined;

/** Reads the generated files once per process: they never change while a test runs. */
export function specification(): Specification {
  loaded ??= {
    apis: Object.fromEntries(API_NAMES.map((api) => [api, read<ApiDocument>(api)])) as Record<ApiName, ApiDocument>,
    events: read<EventDocument>('events'),
    endpoints: read<EndpointLists>('endpoints'),
  };
  return loaded;
}

/** A schema as a document of its own: references in it lead to the shared definitions of its API. */
export function standalone(document: ApiDocument | EventDocument, schema: Schema): Schema {
  if (typeof schema === 'boolean') return schema;
  return { ...schema, $defs: document.$defs as Record<string, Schema> };
}

export function allOperations(spec: Pick<Specification, 'apis'>): readonly Operation[] {
  return API_NAMES.flatMap((api) => spec.apis[api].operations);
}

export function operationById(spec: Specification, api: ApiName, operationId: string): Operation {
  const operation = spec.apis[api].operations.find((each) => each.operationId === operationId);
  if (operation === undefined) throw new Error(`${api} has no operation ${operationId}`);
  return operation;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as T;
}
