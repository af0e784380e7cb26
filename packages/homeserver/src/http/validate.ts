import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';

import { MatrixError } from './errors.ts';

const ajv = new Ajv({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  allowUnionTypes: true,
  coerceTypes: false,
  useDefaults: false,
  verbose: true,
  ownProperties: true,
  validateFormats: false,
});

// Objects that are one value, such as keys with their signatures: what they lack makes them malformed, and is no parameter of the request.
ajv.addKeyword({ keyword: 'isOneValue', schemaType: 'boolean' });

const compiled = new WeakMap<TSchema, ValidateFunction>();

/** The validator of a schema, compiled when it is first needed. */
function validator(schema: TSchema): ValidateFunction {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/**
 * Refuses a body that is not of the schema's form: M_MISSING_PARAM names all keys that an object lacks, M_BAD_JSON says where a
 * value is wrong, or what it lacks where the object `isOneValue`. Keys that the schema does not know are let through.
 */
export function checkBody(schema: TSchema, body: unknown): void {
  const error = firstError(schema, body);
  if (error === undefined) return;
  const missing = missingKeys(error);
  if (missing !== undefined) {
    const code = error.parentSchema?.['isOneValue'] === true ? 'M_BAD_JSON' : 'M_MISSING_PARAM';
    throw new MatrixError(code, `The body lacks ${listed(missing)}.`);
  }
  throw new MatrixError(
    'M_BAD_JSON',
    `${error.instancePath === '' ? 'The body' : `In the body, ${error.instancePath}`} ${complaint(error)}.`,
  );
}

/** Refuses parameters of the query, after query.ts has turned their texts into values. */
export function checkQuery(schema: TSchema, query: unknown): void {
  const error = firstError(schema, query);
  if (error === undefined) return;
  const missing = missingKeys(error);
  if (missing !== undefined) throw new MatrixError('M_MISSING_PARAM', `The query lacks ${listed(missing)}.`);
  throw new MatrixError('M_INVALID_PARAM', `The parameter ${error.instancePath.slice(1)} ${complaint(error)}.`);
}

/** Ajv stops at the first mistake; the last entry of its list is the outermost keyword that failed (an `anyOf` after its branches). */
function firstError(schema: TSchema, value: unknown): ErrorObject | undefined {
  const validate = validator(schema);
  return validate(value) ? undefined : validate.errors?.at(-1);
}

function missingKeys(error: ErrorObject): readonly string[] | undefined {
  if (error.keyword !== 'required') return undefined;
  const data = error.data as object;
  const required = (error.parentSchema?.['required'] ?? []) as readonly string[];
  return required.filter((key) => !Object.hasOwn(data, key)).map((key) => `${error.instancePath}/${key}`.slice(1));
}

function listed(keys: readonly string[]): string {
  return keys.length < 2 ? keys.join('') : `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`;
}

function complaint(error: ErrorObject): string {
  if (error.keyword === 'type') return `must be ${named(String(error.params['type']))}`;
  if (error.keyword !== 'anyOf') return error.message ?? 'is not allowed';
  const branches = (error.parentSchema?.['anyOf'] ?? []) as readonly { readonly const?: unknown; readonly type?: string }[];
  const words = branches.map(({ const: only, type }) => (only === undefined ? type && named(type) : JSON.stringify(only)));
  return words.every((word) => word !== undefined) ? `must be ${words.join(' or ')}` : 'has none of the allowed forms';
}

/** A type of JSON as people say it. */
function named(type: string): string {
  if (type === 'boolean') return 'true or false';
  if (type === 'null') return type;
  return /^[aio]/.test(type) ? `an ${type}` : `a ${type}`;
}
