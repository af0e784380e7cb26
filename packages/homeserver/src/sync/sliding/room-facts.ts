import { LRUCache } from 'lru-cache';

import type { StateView } from '../../engine/state-view.ts';
import type { SyncDeps } from '../deps.ts';
import { ownString } from '@hearth/protocol';

/** Rooms and spaces of which it is kept in mind what filters ask about. */
const roomsMax = 100_000;
const spacesMax = 1_000;

/** What filters of lists ask about a room's state. */
export type Facts = {
  readonly roomId: string;
  readonly state: number;
  readonly type: string | null;
  readonly isEncrypted: boolean;
  readonly name: string;
};
type Children = { readonly state: number; readonly roomIds: ReadonlySet<string> };

/** Found when first asked for, and again only for a room whose state has changed. */
export class RoomFacts {
  readonly #engine: SyncDeps['engine'];
  readonly #facts = new LRUCache<number, Facts>({ max: roomsMax });
  readonly #children = new LRUCache<number, Children>({ max: spacesMax });

  constructor(engine: SyncDeps['engine']) {
    this.#engine = engine;
  }

  async of(room: number): Promise<Facts | undefined> {
    const head = await this.#engine.roomByNumber(room);
    if (!head) return undefined;
    const known = this.#facts.get(room);
    if (known?.state === head.state) return known;
    const facts = { roomId: head.roomId, ...(await factsIn(this.#engine.currentState(head))) };
    this.#facts.set(room, facts);
    return facts;
  }

  /** The rooms that a space names as its children. */
  async childrenOf(space: number): Promise<ReadonlySet<string>> {
    const head = await this.#engine.roomByNumber(space);
    if (!head) return new Set();
    const known = this.#children.get(space);
    if (known?.state === head.state) return known.roomIds;
    const face = await this.#engine.currentState(head).face();
    const children = face.filter(({ event }) => event.type === 'm.space.child' && isVia(event.content['via']));
    const roomIds = new Set(children.map(({ event }) => event.stateKey ?? ''));
    this.#children.set(space, { state: head.state, roomIds });
    return roomIds;
  }
}

async function factsIn(state: StateView): Promise<Omit<Facts, 'roomId'>> {
  const [create, encryption, name] = await state.getMany([
    ['m.room.create', ''],
    ['m.room.encryption', ''],
    ['m.room.name', ''],
  ]);
  return {
    state: state.number,
    type: ownString(create?.event.content ?? {}, 'type') ?? null,
    isEncrypted: encryption !== undefined,
    name: ownString(name?.event.content ?? {}, 'name') ?? '',
  };
}

/** A child without servers to join by is none any more (client-server API, "m.space.child"). */
function isVia(via: unknown): boolean {
  return Array.isArray(via) && via.length > 0;
}
