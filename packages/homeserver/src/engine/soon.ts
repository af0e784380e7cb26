/**
 * At once where everything is in memory, else later. For small steps that every event goes through: a promise costs more than they do,
 * so they are made only where somebody really has to wait.
 */
export type Soon<T> = T | Promise<T>;
