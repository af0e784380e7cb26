import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

import { findOperations } from './find-operation.ts';
import { addFormats } from './formats.ts';
import { specification, standalone } from './specification.ts';
import type { Specification } from './specification.ts';
import type { ApiDocument, ApiName, EventDocument, Operation, Schema } from './types.ts';

/** One thing that is wrong with a body. */
export type Problem = {
  /** JSON pointer to the place in the body; '' is the whole body. */
  readonly pointer: string;
  readonly message: string;
};

export type ResponseValidator = {
  /**
   * Problems of a response body, none when it is as specified, undefined when the specification has no
   * such operation. Fields that the specification does not have are allowed.
   */
  readonly validate: (method: string, path: string, status: number, body: unknown) => readonly Problem[] | undefined;
  /** The same for a request body; a body where none is specified is no problem. */
  readonly validateRequest: (method: string, path: string, body: unknown) => readonly Problem[] | undefined;
  /** Checks against a shared definition, for instance `server-server.pdu_v12`. */
  readonly validateDefinition: (api: ApiName, name: string, value: unknown) => readonly Problem[];
  /** Problems of an event's content; undefined when the specification does not have the type. */
  readonly validateContent: (type: string, content: unknown, variant?: string) => readonly Problem[] | undefined;
};

/** What every error body has in common; https://spec.matrix.org/v1.19/client-server-api/#standard-error-response */
const STANDARD_ERROR: Schema = {
  type: 'object',
  properties: { errcode: { type: 'string', pattern: '^[A-Z][A-Z0-9_.]*$' }, error: { type: 'string' } },
  required: ['errcode', 'error'],
};

/** Enough to see what is wrong; a list with a thousand bad members says the same thing a thousand times. */
const PROBLEMS_MAX = 20;

/** Schemas are compiled at first use: a test touches few of them. */
export function responseValidator(spec: Specification = specification()): ResponseValidator {
  const check = schemaChecker();
  const responseOf = (operation: Operation, status: number, body: unknown): readonly Problem[] => {
    const specified = operation.responses[String(status)];
    const document = spec.apis[operation.api];
    if (specified === undefined) {
      if (status >= 400) return check(document, STANDARD_ERROR, body);
      return [{ pointer: '', message: `status ${status} is not specified for ${operation.operationId}` }];
    }
    const problems = specified.schema === undefined ? [] : check(document, specified.schema, body);
    // The schema of, say, a 401 shows only the interactive form; a bad token is answered there too.
    if (status < 400 || problems.length === 0) return problems;
    return check(document, STANDARD_ERROR, body).length === 0 ? [] : problems;
  };
  const requestOf = (operation: Operation, body: unknown): readonly Problem[] => {
    const schema = operation.request?.schema;
    return schema === undefined ? [] : check(spec.apis[operation.api], schema, body);
  };
  return {
    validate: (method, path, status, body) =>
      fewest(findOperations(spec, method, path).map((found) => responseOf(found.operation, status, body))),
    validateRequest: (method, path, body) => fewest(findOperations(spec, method, path).map((found) => requestOf(found.operation, body))),
    validateDefinition: (api, name, value) => {
      const schema = spec.apis[api].$defs[name];
      if (schema === undefined) throw new Error(`${api} has no definition ${name}`);
      return check(spec.apis[api], schema, value);
    },
    validateContent: (type, content, variant) => {
      const event = spec.events.events.find((each) => each.type === type && each.variant === variant);
      return event === undefined ? undefined : check(spec.events, event.content, content);
    },
  };
}

/** With two descriptions of one path it is enough to follow one of them. */
function fewest(results: readonly (readonly Problem[])[]): readonly Problem[] | undefined {
  return results.toSorted((a, b) => a.length - b.length)[0];
}

type Check = (document: ApiDocument | EventDocument, schema: Schema, value: unknown) => readonly Problem[];

function schemaChecker(): Check {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, verbose: true });
  addFormats(ajv);
  // Bounded by the number of schemas in the specification, which are the same objects each time.
  const compiled = new Map<Schema, ValidateFunction>();
  return (document, schema, value) => {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      validate = ajv.compile(standalone(document, schema));
      compiled.set(schema, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).slice(0, PROBLEMS_MAX).map(problemOf);
  };
}

function problemOf(error: ErrorObject): Problem {
  const given = typeof error.data === 'object' ? '' : `, got ${JSON.stringify(error.data)}`;
  const allowed = error.keyword === 'enum' ? ` ${JSON.stringify(error.params['allowedValues'])}` : '';
  return { pointer: error.instancePath, message: `${error.message ?? error.keyword}${allowed}${given}` };
}
