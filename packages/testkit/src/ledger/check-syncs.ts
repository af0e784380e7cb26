import type { Books, SeenRoom, Step, Token } from './books.ts';
import type { Door } from './door.ts';
import { inParallel } from './in-parallel.ts';
import { type RoomOrders, walkBack } from './room-orders.ts';
import { syncOnce } from './sync-reader.ts';

export type SyncChecks = { readonly door: Door; readonly books: Books; readonly orders: RoomOrders; readonly rooms: readonly string[] };

const atOnce = 4;

/** What clients were shown while things happened is what /messages tells now, in the same order and without a gap. */
export function checkSteps({ books, orders, rooms }: SyncChecks, steps: readonly Step[]): void {
  for (const { from, rooms: seen } of steps) {
    for (const roomId of rooms) {
      const told = seen.get(roomId);
      const problem = told === undefined ? undefined : misplaced(orders, roomId, from, told, false);
      if (problem !== undefined) books.problem('order', `/sync of cycle ${from.cycle}, ${roomId}: ${problem}`);
    }
  }
}

/** From every token the rest of every room comes, each event once; what is beyond the limit is found through the gap's token. */
export async function checkTokens(checks: SyncChecks, tokens: readonly Token[], fillGaps: boolean): Promise<void> {
  const { door, books, orders, rooms } = checks;
  await inParallel(tokens, atOnce, async (token) => {
    const answer = await syncOnce(door, token.user, token.since, 0);
    for (const roomId of rooms) {
      const told = answer.rooms.get(roomId) ?? { eventIds: [], limited: false, prevBatch: undefined };
      let problem = misplaced(orders, roomId, token, told, true);
      if (problem === undefined && told.limited && fillGaps) problem = await gapProblem(checks, roomId, token, told);
      if (problem !== undefined) books.problem('token', `a token of cycle ${token.cycle}, ${roomId}: ${problem}`);
    }
  });
}

async function gapProblem(
  { door, orders }: SyncChecks,
  roomId: string,
  token: Token,
  told: SeenRoom & { readonly prevBatch: string | undefined },
) {
  const { user, since, lastSeen } = token;
  const gap = await walkBack(door, user, roomId, { until: lastSeen.get(roomId), from: told.prevBatch, to: since });
  const eventIds = [...gap.map(({ eventId }) => eventId), ...told.eventIds];
  return misplaced(orders, roomId, token, { eventIds, limited: false }, true);
}

/**
 * Whether these events follow what the token's owner had seen: directly, unless the answer is limited. `toEnd`: nothing may follow
 * them.
 */
export function misplaced(
  orders: RoomOrders,
  roomId: string,
  token: Pick<Token, 'lastSeen'>,
  told: SeenRoom,
  toEnd: boolean,
): string | undefined {
  const last = token.lastSeen.get(roomId);
  const place = last === undefined ? -1 : orders.placeOf(roomId, last);
  if (place === undefined) return `${last}, which had been seen, is gone`;
  const [first] = told.eventIds;
  const start = first === undefined ? place + 1 : orders.placeOf(roomId, first);
  if (start === undefined) return `${first} was shown and is gone`;
  if (told.limited ? start <= place + 1 : start !== place + 1) {
    return `event ${start} (${first}) came after event ${place} (${last})${told.limited ? ', with a gap told between them' : ''}`;
  }
  const order = orders.of(roomId);
  for (const [index, eventId] of told.eventIds.entries()) {
    if (order[start + index]?.eventId !== eventId) return `${eventId} stands where ${order[start + index]?.eventId} belongs`;
  }
  const left = order.length - start - told.eventIds.length;
  return toEnd && left !== 0 ? `${left} events are missing at the end` : undefined;
}
