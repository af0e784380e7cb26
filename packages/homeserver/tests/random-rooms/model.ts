import type { Event } from '../visibility/reference.ts';

/** A room as anybody with a pencil would keep it: everything that happened, in order. */
export class RoomModel {
  readonly history: Event[];
  readonly redacted = new Set<string>();

  constructor(beginning: readonly Event[]) {
    this.history = [...beginning];
  }

  membership(userId: string): string {
    return (this.#newest('m.room.member', userId)?.content['membership'] as string | undefined) ?? 'leave';
  }

  /** Ids of the current state by type and key. */
  get state(): Map<string, string> {
    const state = new Map<string, string>();
    for (const { type, state_key: key, event_id: id } of this.history) if (key !== undefined) state.set(`${type}/${key}`, id);
    return state;
  }

  get messages(): readonly Event[] {
    return this.history.filter(({ type, event_id: id }) => type === 'm.room.message' && !this.redacted.has(id));
  }

  #newest(type: string, key: string): Event | undefined {
    return this.history.findLast((event) => event.type === type && event.state_key === key);
  }
}
