import type { TSchema } from 'typebox';

import { MatrixError } from './errors.ts';
import { checkQuery } from './validate.ts';

type ObjectSchema = { readonly properties?: Readonly<Record<string, PropertySchema>> };
type PropertySchema = {
  readonly type?: string;
  readonly default?: unknown;
  readonly items?: PropertySchema;
  readonly anyOf?: readonly PropertySchema[];
};

/** The declared parameters of a query as values of their types; others are dropped. Defaults of the schema are filled in. */
export function readQuery(schema: TSchema, query: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  const values = Object.create(null) as Record<string, unknown>;
  for (const [name, property] of Object.entries((schema as ObjectSchema).properties ?? {})) {
    const texts = query.get(name);
    if (texts !== undefined) values[name] = convert(name, texts, property);
    else if (property.default !== undefined) values[name] = property.default;
  }
  checkQuery(schema, values);
  return values;
}

function convert(name: string, texts: readonly string[], schema: PropertySchema): unknown {
  if (schema.type === 'array') return texts.map((text) => convertOne(name, text, schema.items ?? {}));
  if (texts.length > 1) throw new MatrixError('M_INVALID_PARAM', `The parameter ${name} is given more than once.`);
  return convertOne(name, texts[0] ?? '', schema);
}

function convertOne(name: string, text: string, schema: PropertySchema): unknown {
  switch (schema.type) {
    case 'integer':
      if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) throw invalid(name, 'a whole number');
      return Number(text);
    case 'number':
      if (!/^-?\d{1,16}(\.\d{1,16})?$/.test(text)) throw invalid(name, 'a number');
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw invalid(name, 'true or false');
      return text === 'true';
    default:
      return text;
  }
}

function invalid(name: string, wanted: string): MatrixError {
  return new MatrixError('M_INVALID_PARAM', `The parameter ${name} must be ${wanted}.`);
}
