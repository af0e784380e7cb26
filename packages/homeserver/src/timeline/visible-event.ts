import type { EventRecord } from '../engine/event-record.ts';
import { readMembership } from '../engine/read-membership.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { ReaderDeps } from './read.ts';
import { isWorldReadable } from './room-access.ts';

/** An event that the reader may see, and what they are in its room. */
export type VisibleEvent = { readonly record: EventRecord; readonly membership: string };

/**
 * An event by its id, in the room that is named with it (any room when undefined). 404 M_NOT_FOUND for one that is not there, that is in
 * another room (AC-03), or that the reader may not see: nobody learns which.
 */
export async function visibleEvent(
  deps: Pick<ReaderDeps, 'engine' | 'database' | 'visibility'>,
  requester: Requester,
  roomId: string | undefined,
  eventId: string,
): Promise<VisibleEvent> {
  const record = await deps.engine.eventById(eventId);
  const notFound = new MatrixError('M_NOT_FOUND', 'There is no such event, or you may not see it.');
  if (!record?.inTimeline || (roomId !== undefined && record.event.roomId !== roomId)) throw notFound;
  const row = await readMembership(deps.database.reader, record.room, requester.user);
  // Who has forgotten a room sees of it what strangers see.
  if (row?.forgotten === 1 && !(await isOpen(deps, record.room))) throw notFound;
  const [visible] = await deps.visibility.filter([record], requester.userId, row?.membership);
  if (!visible) throw notFound;
  return { record: visible, membership: row?.membership ?? 'leave' };
}

async function isOpen({ engine }: Pick<ReaderDeps, 'engine'>, number: number): Promise<boolean> {
  const room = await engine.roomByNumber(number);
  return room !== undefined && isWorldReadable(engine.currentState(room));
}
