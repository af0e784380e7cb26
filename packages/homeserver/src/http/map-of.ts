import { Type } from 'typebox';

/**
 * An object used as a map, whose values are all of this form. `Type.Record` asks that only of values whose keys match a pattern, and its
 * pattern for any text matches none with a line break.
 */
export const mapOf = <Schema extends Parameters<typeof Type.Record>[1]>(schema: Schema) =>
  Type.Unsafe<Readonly<Record<string, Type.Static<Schema>>>>(Type.Object({}, { additionalProperties: schema }));
