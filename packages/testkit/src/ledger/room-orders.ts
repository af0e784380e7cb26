import type { User } from './books.ts';
import { type Door, path } from './door.ts';

export type RoomEvent = { readonly eventId: string; readonly marker: string | undefined };

const pageSize = 500;
const pagesMax = 10_000;

/** The order of each room's events as /messages tells it, from the oldest on. */
export class RoomOrders {
  readonly #orders = new Map<string, RoomEvent[]>();
  readonly #places = new Map<string, number>();

  of(roomId: string): readonly RoomEvent[] {
    return this.#orders.get(roomId) ?? [];
  }

  /** How many events of its room come before this one. */
  placeOf(roomId: string, eventId: string): number | undefined {
    return this.#places.get(`${roomId} ${eventId}`);
  }

  /** Reads from the end back to what is known, and returns the new events. */
  async extend(door: Door, user: User, roomId: string): Promise<readonly RoomEvent[]> {
    const known = this.#orders.get(roomId) ?? [];
    const last = known.at(-1)?.eventId;
    const news = await walkBack(door, user, roomId, { until: last });
    for (const [index, { eventId }] of news.entries()) this.#places.set(`${roomId} ${eventId}`, known.length + index);
    this.#orders.set(roomId, [...known, ...news]);
    return news;
  }

  /** Reads the whole room and says where it differs from what was read before. */
  async compare(door: Door, user: User, roomId: string): Promise<string[]> {
    const whole = await walkBack(door, user, roomId, {});
    const known = this.of(roomId);
    if (whole.length !== known.length)
      return [`${roomId}: ${user.userId} now finds ${whole.length} events from end to start, before it was ${known.length}`];
    const differs = whole.findIndex((event, index) => event.eventId !== known[index]?.eventId);
    return differs < 0 ? [] : [`${roomId}: ${user.userId} finds ${whole[differs]?.eventId} where ${known[differs]?.eventId} was`];
  }
}

export type Walk = {
  /** Ends before this event. */
  readonly until?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** Pages back through a room; the events come oldest first. */
export async function walkBack(door: Door, user: User, roomId: string, { until, from, to }: Walk): Promise<RoomEvent[]> {
  const found: RoomEvent[] = [];
  let place = from;
  for (let page = 0; page < pagesMax; page++) {
    const query = new URLSearchParams({
      dir: 'b',
      limit: String(pageSize),
      ...(place === undefined ? {} : { from: place }),
      ...(to === undefined ? {} : { to }),
    });
    const body = await door.ok(user.token, { method: 'GET', path: `${path`/rooms/${roomId}/messages`}?${query.toString()}` });
    for (const event of (body.chunk as RawEvent[]).map(asRoomEvent)) {
      if (event.eventId === until) return found.toReversed();
      found.push(event);
    }
    if (typeof body.end !== 'string') return found.toReversed();
    place = body.end;
  }
  throw new Error(`${roomId} has no start`);
}

export type RawEvent = {
  readonly event_id: string;
  readonly content: { readonly body?: string; readonly reason?: string; readonly marker?: string };
};

export function asRoomEvent({ event_id: eventId, content }: RawEvent): RoomEvent {
  return { eventId, marker: content.body ?? content.reason ?? content.marker };
}
