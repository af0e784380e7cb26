import type { ClientEvents } from '../client-events/client-events.ts';
import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { SlidingExtension } from '../streams/stream.ts';
import type { StickyEvents, Sticking } from './service.ts';
import { type JsonObject, jsonObjectFrom, type JsonValue } from '@hearth/protocol';

/** Events told at once, when the client names no number, and at most. */
const usual = 100;
const most = 100;

type ExtensionDeps = { readonly engine: Pick<RoomEngine, 'roomByNumber'>; readonly clientEvents: ClientEvents };

/**
 * The part of sliding sync (MSC4480): the oldest first of what the client was not told, and a token to go on from. Rooms that are new to it
 * are told whole, since a token that stands after their events would skip them.
 */
export function stickyEventsExtension({ engine, clientEvents }: ExtensionDeps, sticky: StickyEvents): SlidingExtension {
  const find = async (user: number, rooms: Iterable<number>, since: number, upTo: number): Promise<Sticking[]> => {
    const found: Sticking[] = [];
    for (const room of rooms) found.push(...(await sticky.of({ user }, room, since, upTo)));
    return found.toSorted((a, b) => a.position - b.position);
  };
  return {
    name: 'org.matrix.msc4354.sticky_events',
    collect: async ({ requester, window: { upTo }, joined, whole }, { since, limit }, shown) => {
      const after = positionOf(since);
      const wanted = typeof limit === 'number' && limit >= 1 ? Math.min(Math.floor(limit), most) : usual;
      const known = joined.difference(whole);
      const older = await find(requester.user, whole, 0, Math.min(after, upTo));
      const newer = await find(requester.user, [...(await sticky.changedRooms(known, after)), ...whole], after, upTo);
      if (older.length + newer.length === 0) return undefined;
      const untold = newer.filter(({ record }) => !shown.has(record.number));
      const told = untold.slice(0, wanted);
      const rooms = new Map<number, Sticking[]>();
      for (const each of [...older.filter(({ record }) => !shown.has(record.number)), ...told]) {
        rooms.set(each.record.room, [...(rooms.get(each.record.room) ?? []), each]);
      }
      const parts: [string, JsonObject][] = [];
      for (const [number, events] of rooms) {
        const room = await engine.roomByNumber(number);
        const options = { withRoomId: false, generation: 'v3' as const };
        if (room)
          parts.push([
            room.roomId,
            {
              events: await clientEvents.asObjects(
                events.map(({ record }) => record),
                requester,
                options,
              ),
            },
          ]);
      }
      const next = told.length < untold.length ? (told.at(-1)?.position ?? after) : upTo;
      return { next_batch: String(next), rooms: jsonObjectFrom(parts) };
    },
  };
}

/** Without a token the client knows nothing yet. */
function positionOf(since: JsonValue | undefined): number {
  if (since === undefined || since === null || since === '') return 0;
  if (typeof since !== 'string' || !/^\d{1,15}$/.test(since))
    throw new MatrixError('M_INVALID_PARAM', 'The since of the sticky events is not a next_batch of this server.');
  return Number(since);
}
