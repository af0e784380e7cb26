import { MatrixError } from '../../http/errors.ts';
import type { DraftDeps } from '../draft-deps.ts';
import { Draft } from '../draft.ts';
import type { EventRecord } from '../event-record.ts';
import { emptyHead, roomRow } from '../new-room.ts';
import { PendingRoom } from '../pending-room.ts';
import type { KeyOf } from '../receive/arrival.ts';
import { storedBytes } from '../receive/commit-arrival.ts';
import type { RoomHead } from '../room-head.ts';
import { unreadClassOf } from '../unread-rows.ts';
import { type Bundle, checkBundle, type CheckedBundle, keyText } from './bundle.ts';
import { storeOutliers, storePart } from './store-outliers.ts';
import { importDone } from './store.ts';
import { beginImport, removeImport } from './unfinished.ts';
import { authTypesFor, type PduEvent, reject, type Reject, roomVersionRules } from '@hearth/protocol';
import { WriteRefused } from '@hearth/storage';

/** Events of one bundle: what is checked of it is in memory at once. */
const bundleEventsMax = 50_000;
/** Rows of the state's trie in one commit, each of a kilobyte at most. */
const nodeRowsAtOnce = 200;

export type RoomToImport = Bundle & {
  readonly roomId: string;
  /** What the other server says; the create event must say the same. */
  readonly version: string;
  readonly keyOf: KeyOf;
};
export type Imported = { readonly head: RoomHead; readonly position: number; readonly event: EventRecord };

/**
 * Takes in a room that was not here, with the state before one event and that event. What came before it stays unknown. It is stored
 * in small commits, of which only the last makes a room of it; a record of it is on disk from the first to the last.
 */
export async function importRoom(deps: DraftDeps, room: RoomToImport): Promise<Imported | Reject> {
  const rules = roomVersionRules(room.version);
  if (!rules) return reject('import.version', `room version ${room.version} is not known here`);
  if (room.stateEvents.length + room.authChain.length > bundleEventsMax) {
    throw new MatrixError('M_TOO_LARGE', `The room's state has more than ${bundleEventsMax} events.`);
  }
  const number = await deps.database.takeNumbers('room', 1);
  const empty = emptyHead(number, room.roomId, rules);
  const checked = await checkBundle(room, empty, room.keyOf, deps.clock);
  if ('allowed' in checked) return checked;
  const hindrance = await beginImport(deps, number, room.roomId);
  if (hindrance) return hindrance;
  try {
    return await storeRoom(deps, empty, checked);
  } catch (error) {
    // Should this fail too, the record says that there is something to remove.
    await removeImport(deps, number).catch(() => undefined);
    if (error instanceof WriteRefused && error.why === 'duplicate')
      return reject('import.known', 'the room, or an event of it, is here already');
    if (error instanceof WriteRefused && error.why === 'guard') return reject('import.given_up', 'taking in the room took too long');
    throw error;
  }
}

async function storeRoom(deps: DraftDeps, empty: RoomHead, checked: CheckedBundle): Promise<Imported> {
  const { number: room, rules } = empty;
  const { event } = checked.event;
  const stored = await storeOutliers(deps, empty, checked, lookedAtAgain(checked, rules));
  const pending = new PendingRoom();
  for (const record of stored.kept.values()) pending.addEvent(record);
  const base = await deps.states.next(deps.states.empty(room), stored.state, empty.nextNumber, pending);
  for (let start = 0; start < base.statements.length; start += nodeRowsAtOnce) {
    await storePart(deps, room, base.statements.slice(start, start + nodeRowsAtOnce));
  }
  const head: RoomHead = {
    ...empty,
    state: base.view.number,
    nextNumber: base.nextNumber,
    joinedMembers: stored.joined,
    invitedMembers: stored.invited,
  };
  const draft = new Draft(deps, head, base.view, pending);
  draft.also([importDone(room), ...stored.ownMembers], []);
  const record = await draft.add({
    event,
    ...storedBytes(event, rules),
    authEvents: event.authEvents.map((id) => stored.kept.get(id)).filter((one) => one !== undefined),
    before: base.view,
    verdict: 'accepted',
    unread: await unreadClassOf(event, base.view),
    isOurs: false,
  });
  const write = draft.finish(roomRow(draft.head, deps.clock.now()));
  if (!write) throw new Error('an imported room without events');
  const { entries } = await deps.database.write(write);
  deps.states.committed(room, [...base.newNodes, ...draft.newNodes]);
  deps.events.rememberRoom(room, { roomId: empty.roomId, rules });
  deps.events.publish(record);
  return { head: draft.head, position: entries.at(-1)?.position ?? 0, event: record };
}

/** What the event that makes the room has to do with: before the room is there, these events cannot be read. */
function lookedAtAgain({ event: { event }, state }: CheckedBundle, rules: RoomHead['rules']): ReadonlySet<string> {
  const pairs = [...authTypesFor(event, rules), ...(event.stateKey === undefined ? [] : [[event.type, event.stateKey] as const])];
  const inState = pairs.map(([type, stateKey]) => state.get(keyText(type, stateKey))).filter((one): one is PduEvent => one !== undefined);
  return new Set([...event.authEvents, ...inState.map(({ eventId }) => eventId)]);
}
