import type { ApiName, Body, Endpoint, Json, JsonObject, Operation, Parameter, RequestBody } from '../types.ts';
import type { SchemaCollector } from './schemas.ts';
import { followReferences, isObject } from './sources.ts';
import type { Place, Sources } from './sources.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

/** Which list entry an operation belongs to: the list knows authentication and limits in one word. */
export type FindEndpoint = (operationId: string, method: string, path: string) => Endpoint | undefined;

/**
 * All operations that one OpenAPI file of the specification describes. An operation that the endpoint
 * list does not have is an error: then the two do not belong to the same version.
 */
export function operationsOf(
  api: ApiName,
  file: string,
  sources: Sources,
  schemas: SchemaCollector,
  findEndpoint: FindEndpoint,
): Operation[] {
  const document = sources.document(file);
  if (!isObject(document) || !isObject(document['paths'])) return [];
  const base = basePath(document);
  const operations: Operation[] = [];
  for (const [template, item] of Object.entries(document['paths'])) {
    if (!isObject(item)) continue;
    for (const method of METHODS) {
      const source = item[method];
      if (!isObject(source)) continue;
      const operationId = stringAt(source, 'operationId');
      // A path that two files describe has a space at its end in one of them, to be a different key.
      const path = base + template.trim();
      const endpoint = findEndpoint(operationId, method.toUpperCase(), path);
      if (endpoint === undefined) throw new Error(`${file}: ${method} ${path} is not in the endpoint list`);
      const reader = bodyReader({ file, pointer: '' }, sources, schemas);
      const parameters = reader.parameters([...asList(item['parameters']), ...asList(source['parameters'])]);
      operations.push({
        api,
        operationId,
        method: method.toUpperCase(),
        path,
        auth: endpoint.auth ?? 'none',
        rateLimited: endpoint.rateLimited === true,
        deprecated: endpoint.deprecated === true,
        pathParameters: parameters.filter((each) => each.in === 'path').map((each) => each.parameter),
        queryParameters: parameters.filter((each) => each.in === 'query').map((each) => each.parameter),
        ...reader.request(source['requestBody']),
        responses: reader.responses(source['responses']),
      });
    }
  }
  return operations;
}

function bodyReader(file: Place, sources: Sources, schemas: SchemaCollector) {
  const body = (place: Place, content: Json | undefined): Body => {
    if (!isObject(content)) return { contentTypes: [] };
    const json = content['application/json'];
    const schema = isObject(json) ? json['schema'] : undefined;
    return {
      contentTypes: Object.keys(content),
      ...(schema === undefined ? {} : { schema: schemas.convert(place, schema) }),
    };
  };
  return {
    parameters: (list: Json[]): { in: string; parameter: Parameter }[] =>
      list.map((entry) => {
        const { place, value } = followReferences(sources, file, entry);
        if (!isObject(value)) throw new Error(`${file.file}: a parameter is not an object`);
        const parameter = {
          name: stringAt(value, 'name'),
          required: value['required'] === true,
          schema: schemas.convert(place, value['schema'] ?? {}),
        };
        return { in: stringAt(value, 'in'), parameter };
      }),
    request: (entry: Json | undefined): { request?: RequestBody } => {
      const { place, value } = followReferences(sources, file, entry);
      if (!isObject(value)) return {};
      return { request: { required: value['required'] === true, ...body(place, value['content']) } };
    },
    responses: (entries: Json | undefined): Record<string, Body> => {
      const result: Record<string, Body> = {};
      for (const [status, entry] of Object.entries(isObject(entries) ? entries : {})) {
        const { place, value } = followReferences(sources, file, entry);
        result[status] = body(place, isObject(value) ? value['content'] : undefined);
      }
      return result;
    },
  };
}

/** Every file names one server whose `basePath` variable has the prefix as its default. */
function basePath(document: JsonObject): string {
  const server = asList(document['servers'])[0];
  const variables = isObject(server) ? server['variables'] : undefined;
  const variable = isObject(variables) ? variables['basePath'] : undefined;
  return isObject(variable) && typeof variable['default'] === 'string' ? variable['default'] : '';
}

function stringAt(value: JsonObject, key: string): string {
  const text = value[key];
  if (typeof text !== 'string') throw new Error(`${key} is not a string in ${JSON.stringify(value)}`);
  return text;
}

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
