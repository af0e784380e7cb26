import { API_NAMES } from '../types.ts';
import type { ApiDocument, ApiName, Endpoint, EndpointLists, EventDocument } from '../types.ts';
import { eventSchemaOf } from './events.ts';
import { currentEndpoints, endpointsOf2015, extraEndpoints } from './lists.ts';
import { operationsOf } from './operations.ts';
import { collectSchemas } from './schemas.ts';
import type { ReadSource } from './sources.ts';
import { sourcesFrom } from './sources.ts';
import { dataFile } from './write.ts';

/** The folder of the specification's data, as the generator needs it. */
export type SourceFolder = {
  readonly read: ReadSource;
  /** Names of the files (not folders) directly in a folder. */
  readonly list: (folder: string) => readonly string[];
};

/**
 * All generated files, by name.
 *
 * The idea: every `$ref` to a file becomes an entry of `$defs` in the data file that needs it, so each
 * data file is complete, and a schema used by forty operations is written once.
 */
export function generateSpecification(folder: SourceFolder): Map<string, string> {
  const endpoints: EndpointLists = {
    current: currentEndpoints(folder.read('endpoints-v1.19.tsv')),
    of2015: endpointsOf2015(folder.read('endpoints-2015.tsv')),
    extra: extraEndpoints(folder.read('endpoints-extra.tsv')),
  };
  const files = new Map<string, string>();
  for (const api of API_NAMES) files.set(`${api}.json`, dataFile(apiDocument(api, folder, endpoints.current)));
  files.set('events.json', dataFile(eventDocument(folder)));
  files.set('endpoints.json', dataFile(endpoints));
  return files;
}

function apiDocument(api: ApiName, folder: SourceFolder, endpoints: readonly Endpoint[]): ApiDocument {
  const sources = sourcesFrom(folder.read);
  const schemas = collectSchemas(sources);
  const listed = endpoints.filter((endpoint) => endpoint.api === api);
  const find = (operation: string, method: string, path: string) =>
    listed.find((each) => each.operation === operation && each.method === method && each.path === path);
  const operations = yamlFiles(folder, `api/${api}`).flatMap((file) => operationsOf(api, file, sources, schemas, find));
  if (operations.length !== listed.length) {
    throw new Error(`${api}: ${operations.length} operations found, the list has ${listed.length}`);
  }
  // Formats of events and EDUs, which the operations of the API only call "object".
  const root = `api/${api}/definitions`;
  for (const file of [...yamlFiles(folder, root), ...yamlFiles(folder, `${root}/event-schemas`)]) {
    if (!file.endsWith('/security.yaml')) schemas.define({ file, pointer: '' });
  }
  operations.sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method));
  return { api, operations, $defs: schemas.definitions() };
}

function eventDocument(folder: SourceFolder): EventDocument {
  const sources = sourcesFrom(folder.read);
  const schemas = collectSchemas(sources);
  const events = yamlFiles(folder, 'event-schemas/schema').flatMap((file) => {
    const schema = eventSchemaOf(file, sources, schemas);
    return schema === undefined ? [] : [schema];
  });
  return { events, $defs: schemas.definitions() };
}

function yamlFiles(folder: SourceFolder, path: string): string[] {
  const names = folder.list(path).filter((name) => name.endsWith('.yaml'));
  return names.sort(compare).map((name) => `${path}/${name}`);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
