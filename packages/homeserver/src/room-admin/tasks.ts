import type { JsonObject } from '@hearth/protocol';

/** Jobs that operators start. The names are on disk: never change one. */
export const taskKinds = { purge: 'room-admin-purge', shutdown: 'room-admin-shutdown', delete: 'room-admin-delete' } as const;

/** A task as operators see it. */
export type ShownTask = {
  readonly task: 'purge' | 'shutdown' | 'delete';
  /** Messages, members or rows that are done. */
  readonly done: number;
  /** Why it was given up, if it was. */
  readonly failed?: string;
};

export function numberIn(payload: JsonObject, key: string): number {
  const value = payload[key];
  return typeof value === 'number' ? value : 0;
}

export function textIn(payload: JsonObject, key: string): string | undefined {
  const value = payload[key];
  return typeof value === 'string' ? value : undefined;
}
