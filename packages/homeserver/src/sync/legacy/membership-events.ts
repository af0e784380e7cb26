import type { EventRecord } from '../../engine/event-record.ts';
import type { StateView } from '../../engine/state-view.ts';
import type { Generation, Requester } from '../../http/route.ts';
import type { SyncDeps } from '../deps.ts';
import { strippedFor } from '../stripped.ts';
import { type JsonObject, ownObject } from '@hearth/protocol';

/** The membership of the reader that an event is about; undefined for all other events. */
export function ownMembership({ event }: EventRecord, userId: string): string | undefined {
  if (event.type !== 'm.room.member' || event.stateKey !== userId) return undefined;
  const { membership } = event.content;
  return typeof membership === 'string' ? membership : 'leave';
}

/**
 * Events for the streams of 2015. An invitation of the reader carries what the room looks like from outside
 * (client-server API, "Stripped state"): in `unsigned`, and on version 1 paths beside it.
 */
export async function presentEvents(
  deps: SyncDeps,
  records: readonly EventRecord[],
  requester: Requester,
  generation: Generation,
): Promise<JsonObject[]> {
  const events = await deps.clientEvents.asObjects(records, requester, { withRoomId: true, generation });
  for (const [index, record] of records.entries()) {
    const event = events[index];
    if (!event || ownMembership(record, requester.userId) !== 'invite') continue;
    const seen = await stateFor(deps, record, requester.userId);
    if (!seen) continue;
    const state = await strippedFor(seen, requester.userId);
    const more = { invite_room_state: state, unsigned: { ...ownObject(event, 'unsigned'), invite_room_state: state } };
    events[index] = { ...event, ...(generation === 'v1' ? more : { unsigned: more.unsigned }) };
  }
  return events;
}

/** Who is still invited sees the room as it is. An invitation that is history shows what it showed then: they may have left since. */
async function stateFor({ engine }: SyncDeps, record: EventRecord, userId: string): Promise<StateView | undefined> {
  const room = await engine.roomByNumber(record.room);
  if (!room) return undefined;
  const current = engine.currentState(room);
  const isPresent = (await current.get('m.room.member', userId))?.number === record.number;
  return isPresent ? current : engine.stateAt(record.room, record.stateAfter ?? 0);
}
