/** Environment variables as they were when the process started. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The only reader of `process.env`. Settings come from config/, which is handed this. */
export function readEnvironment(): Environment {
  return Object.freeze(Object.assign(Object.create(null) as Record<string, string | undefined>, process.env));
}
