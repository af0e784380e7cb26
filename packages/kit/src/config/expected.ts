import type { TSchema } from 'typebox';

type Described = {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly TSchema[];
  readonly items?: TSchema;
  readonly minimum?: number;
  readonly maximum?: number;
};

/** What a schema expects, in words: `a whole number from 1 to 100`, `"open" or "closed"`. */
export function expected(schema: TSchema): string {
  const { type, const: fixed, anyOf, items, minimum, maximum } = schema as Described;
  if (fixed !== undefined) return JSON.stringify(fixed);
  if (anyOf !== undefined) return joinOr(anyOf.map(expected));
  if (type === 'integer') return `a whole number${minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'string') return 'a text';
  if (type === 'array') return `a list${items === undefined ? '' : ` (each item: ${expected(items)})`}`;
  if (type === 'object') return 'a mapping';
  return 'another kind of value';
}

function joinOr(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
