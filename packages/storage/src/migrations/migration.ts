/** One step of the schema. One text for both engines; macros of query.ts are expanded by dialect/. */
export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
  /**
   * The oldest schema number whose programs still work on the schema after this step: they go on, older ones refuse to start.
   * Without it only programs that know this step do.
   */
  readonly oldest?: number;
};
