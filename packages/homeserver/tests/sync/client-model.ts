import type { Session } from '@hearth/testkit';

export type ModelEvent = {
  readonly type: string;
  readonly event_id: string;
  readonly state_key?: string;
  readonly content: Record<string, unknown>;
};
type Batch = { readonly events: readonly ModelEvent[] };
type RoomAnswer = {
  readonly timeline: Batch & { readonly limited: boolean };
  readonly state?: Batch;
  readonly state_after?: Batch;
};
type Answer = {
  readonly next_batch: string;
  readonly rooms?: { readonly join: Record<string, RoomAnswer>; readonly leave: Record<string, RoomAnswer>; readonly invite: object };
};

/** What a client believes of one room. */
export type ModelRoom = { membership: 'join' | 'leave'; readonly state: Map<string, string>; timeline: string[] };

export type ModelOptions = {
  readonly limit: number;
  readonly stateAfter: boolean;
  /** Only these; all if not given. */
  readonly rooms?: readonly string[];
};

/** A client that believes nothing but what /sync tells it, as the specification says to read it. */
export class ClientModel {
  readonly rooms = new Map<string, ModelRoom>();
  since: string | undefined;

  copy(): ClientModel {
    const copy = new ClientModel();
    copy.since = this.since;
    for (const [id, room] of this.rooms)
      copy.rooms.set(id, { membership: room.membership, state: new Map(room.state), timeline: [...room.timeline] });
    return copy;
  }

  /** One sync. */
  async step(session: Session, { limit, stateAfter, rooms }: ModelOptions): Promise<void> {
    const filter = JSON.stringify({ room: { ...(rooms && { rooms }), timeline: { limit } } });
    const answer: Answer = await session.sync({ since: this.since, filter, ...(stateAfter ? { use_state_after: true } : {}) });
    for (const [id, room] of Object.entries(answer.rooms?.join ?? {})) this.#apply(id, room, 'join');
    for (const [id, room] of Object.entries(answer.rooms?.leave ?? {})) this.#apply(id, room, 'leave');
    this.since = answer.next_batch;
  }

  #apply(id: string, answer: RoomAnswer, membership: ModelRoom['membership']): void {
    const room = this.rooms.get(id) ?? { membership, state: new Map<string, string>(), timeline: [] };
    this.rooms.set(id, room);
    room.membership = membership;
    const { timeline, state, state_after: stateAfter } = answer;
    const told = stateAfter?.events ?? [...(state?.events ?? []), ...timeline.events];
    for (const event of told) if (event.state_key !== undefined) room.state.set(`${event.type}/${event.state_key}`, event.event_id);
    if (timeline.limited) room.timeline = [];
    room.timeline.push(...timeline.events.map((event) => event.event_id));
  }
}
