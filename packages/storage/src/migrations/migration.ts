/** One step of the schema. One text for both engines; macros of query.ts are expanded by dialect/. */
export type Migration = { readonly number: number; readonly name: string; readonly statements: readonly string[] };
