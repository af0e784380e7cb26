import type { Books, Entry, User } from './books.ts';
import { type Door, path } from './door.ts';
import { inParallel } from './in-parallel.ts';
import { asRoomEvent, type RawEvent, type RoomEvent, type RoomOrders } from './room-orders.ts';
import type { Random } from '@hearth/kit';

export type EventChecks = { readonly door: Door; readonly books: Books; readonly random: Random; readonly cycle: number };

const atOnce = 8;
/** Acknowledged requests that are asked again in each cycle. */
const askedAgain = 20;

/**
 * Asks again for what was not acknowledged, as clients do, and for some that was: a transaction id that was used makes no second
 * event (client-server API, "Transaction identifiers"). Returns how many were open.
 */
export async function retryOpen({ door, books, random, cycle }: EventChecks): Promise<number> {
  const retriable = books.entries.filter((entry) => entry.retriable);
  const open = retriable.filter((entry) => entry.eventId === undefined);
  const settled = retriable.filter((entry) => entry.eventId !== undefined);
  const again = settled.length === 0 ? [] : Array.from({ length: askedAgain }, () => settled[random.integer(settled.length)] as Entry);
  await inParallel([...open, ...again], atOnce, async (entry) => {
    const { status, body } = await door.call(entry.user.token, entry.call);
    if (status !== 200)
      return books.problem('answer', `cycle ${cycle}: a retry of ${entry.marker} was answered ${status}: ${JSON.stringify(body)}`);
    if (entry.eventId !== undefined && entry.eventId !== body.event_id) {
      books.problem('doubled', `cycle ${cycle}: ${entry.marker} was ${entry.eventId} and on retry is ${body.event_id}`);
    }
    entry.eventId = body.event_id as string;
  });
  return open.length;
}

/** Every event of the rooms belongs to one request, and every acknowledged request has its event once. */
export async function checkRooms(
  { door, books, cycle }: EventChecks,
  orders: RoomOrders,
  reader: User,
  rooms: readonly string[],
): Promise<void> {
  for (const roomId of rooms) {
    const entries = books.entries.filter((entry) => entry.roomId === roomId && entry.cycle === cycle);
    matchEvents(books, entries, await orders.extend(door, reader, roomId), `cycle ${cycle}: `);
  }
}

/** One to one between the entries of a room and its events. */
export function matchEvents(books: Books, entries: readonly Entry[], events: readonly RoomEvent[], where: string): void {
  const byId = new Map(entries.flatMap((entry) => (entry.eventId === undefined ? [] : [[entry.eventId, entry] as const])));
  const byMarker = new Map(entries.map((entry) => [entry.marker, entry]));
  const found = new Map<Entry, string>();
  for (const { eventId, marker } of events) {
    const entry = byId.get(eventId) ?? (marker === undefined ? undefined : byMarker.get(marker));
    if (entry === undefined) books.problem('doubled', `${where}${eventId} (${marker}) is an event that nobody asked for`);
    else if (found.has(entry)) books.problem('doubled', `${where}${entry.marker} is there as ${found.get(entry)} and as ${eventId}`);
    else {
      found.set(entry, eventId);
      if (entry.eventId !== undefined && entry.eventId !== eventId) {
        books.problem('lost', `${where}${entry.marker} was acknowledged as ${entry.eventId} and is there as ${eventId}`);
      }
      entry.eventId ??= eventId;
    }
  }
  for (const entry of entries) {
    if (entry.eventId !== undefined && !found.has(entry))
      books.problem('lost', `${where}${entry.marker} was acknowledged as ${entry.eventId} and is gone`);
  }
}

/** Each event can also be asked for by its id, and has lost its content if a redaction of it was acknowledged. */
export async function checkSingleEvents({ door, books, cycle }: EventChecks, reader: User): Promise<void> {
  const mine = books.entries.filter((entry) => entry.cycle === cycle && entry.eventId !== undefined);
  const redacted = new Map(
    books.entries.flatMap((entry) => (entry.redacts === undefined ? [] : [[entry.redacts, entry.eventId !== undefined] as const])),
  );
  await inParallel(mine, atOnce, async ({ roomId, eventId = '', marker }) => {
    const { status, body } = await door.call(reader.token, { method: 'GET', path: path`/rooms/${roomId}/event/${eventId}` });
    if (status !== 200 || body.event_id !== eventId) {
      return books.problem('lost', `cycle ${cycle}: ${marker}, ${eventId}, was answered ${status} ${JSON.stringify(body).slice(0, 200)}`);
    }
    const told = asRoomEvent(body as RawEvent).marker;
    const certainly = redacted.get(eventId) === true;
    const expected = certainly ? told === undefined : told === marker || (redacted.has(eventId) && told === undefined);
    if (!expected) books.problem('lost', `cycle ${cycle}: ${eventId} should say ${certainly ? 'nothing' : marker} and says ${told}`);
  });
}
