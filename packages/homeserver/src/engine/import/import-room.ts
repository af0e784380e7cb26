import { MatrixError } from '../../http/errors.ts';
import type { DraftDeps } from '../draft-deps.ts';
import { Draft } from '../draft.ts';
import type { EventRecord } from '../event-record.ts';
import { citerRows, eventRow } from '../event-rows.ts';
import { emptyHead, roomRow } from '../new-room.ts';
import { PendingRoom } from '../pending-room.ts';
import type { Arrival, KeyOf } from '../receive/arrival.ts';
import { storedBytes } from '../receive/commit-arrival.ts';
import type { RoomHead } from '../room-head.ts';
import { serverCount } from '../room-servers.ts';
import type { Soon } from '../soon.ts';
import { insertMembership } from '../store.ts';
import { unreadClassOf } from '../unread-rows.ts';
import { type Bundle, checkBundle, type CheckedBundle } from './bundle.ts';
import { parseUserId, reject, type Reject, roomVersionRules, serverNameOf } from '@hearth/protocol';
import type { Statement } from '@hearth/storage';

/** Events of one bundle: all of it is one commit. */
const bundleEventsMax = 50_000;
/** New users and state keys that are stored side by side. */
const internedAtOnce = 200;

export type RoomToImport = Bundle & {
  readonly roomId: string;
  /** What the other server says; the create event must say the same. */
  readonly version: string;
  readonly keyOf: KeyOf;
};
export type Imported = { readonly head: RoomHead; readonly position: number; readonly event: EventRecord };

/** Takes in a room that was not here, with the state before one event and that event. What came before it stays unknown. */
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

  const records = await outliers(deps, empty, checked);
  const current = [...checked.state.values()].map(({ eventId }) => records.get(eventId) as EventRecord);
  const pending = new PendingRoom();
  for (const record of records.values()) pending.addEvent(record);
  const keys = new Map(current.map((record) => [record.stateKey as number, record.number]));
  const base = await deps.states.next(deps.states.empty(number), keys, empty.nextNumber, pending);
  const members = current.filter(({ event }) => event.type === 'm.room.member');
  const head: RoomHead = {
    ...empty,
    state: base.view.number,
    nextNumber: base.nextNumber,
    joinedMembers: members.filter(({ event }) => event.content['membership'] === 'join').length,
    invitedMembers: members.filter(({ event }) => event.content['membership'] === 'invite').length,
  };
  const draft = new Draft(deps, head, base.view, pending);
  draft.also([...base.statements, ...outlierRows(checked.arrivals, records), ...(await memberRows(deps, members))], []);
  const { event } = checked.event;
  const record = await draft.add({
    event,
    ...storedBytes(event, rules),
    authEvents: event.authEvents.map((id) => records.get(id)).filter((one) => one !== undefined),
    before: base.view,
    verdict: 'accepted',
    unread: await unreadClassOf(event, base.view),
    isOurs: false,
  });
  const write = draft.finish(roomRow(draft.head, deps.clock.now()));
  if (!write) throw new Error('an imported room without events');
  const { entries } = await deps.database.write(write);
  deps.states.committed(number, [...base.newNodes, ...draft.newNodes]);
  deps.events.rememberRoom(number, { roomId: room.roomId, rules });
  deps.events.publish(record);
  return { head: draft.head, position: entries.at(-1)?.position ?? 0, event: record };
}

/** Events that are kept because others cite them or because they are state; each after its auth events. */
async function outliers(deps: DraftDeps, head: RoomHead, { arrivals, event: last }: CheckedBundle): Promise<Map<string, EventRecord>> {
  const kept = arrivals.filter((arrival) => arrival !== last);
  const events = kept.map(({ event }) => event);
  await eachOf(new Set(events.map(({ sender }) => sender)), (user) => deps.interner.internUser(user));
  const first = await deps.database.takeNumbers('event', events.length);
  const records = new Map<string, EventRecord>();
  const stateKeys = new Map(events.map(({ type, stateKey }) => [JSON.stringify([type, stateKey]), [type, stateKey] as const]));
  await eachOf(stateKeys.values(), async ([type, stateKey]) => stateKey !== undefined && deps.interner.internStateKey(type, stateKey));
  for (const [index, event] of events.entries()) {
    const cited = event.authEvents.map((id) => records.get(id)).filter((record) => record !== undefined);
    const rank = cited.reduce((highest, { auth }) => Math.max(highest, (auth?.rank ?? 0) + 1), 0);
    records.set(event.eventId, {
      number: first + index,
      room: head.number,
      event,
      rules: head.rules,
      stateKey: event.stateKey === undefined ? undefined : await deps.interner.internStateKey(event.type, event.stateKey),
      sender: await deps.interner.internUser(event.sender),
      verdict: 'accepted',
      inTimeline: false,
      countable: 0,
      stateBefore: null,
      stateAfter: null,
      redactedBy: null,
      receivedTs: deps.clock.now(),
      auth: event.stateKey === undefined ? undefined : { rank, events: [...new Set(cited.map((one) => one.number))] },
    });
  }
  return records;
}

function outlierRows(arrivals: readonly Arrival[], records: ReadonlyMap<string, EventRecord>): Statement[] {
  return arrivals.flatMap(({ event, rules }) => {
    const record = records.get(event.eventId);
    if (!record) return [];
    const { json, signatures } = storedBytes(event, rules);
    return [eventRow(record, json, signatures, undefined), ...citerRows(record)];
  });
}

async function memberRows(deps: DraftDeps, members: readonly EventRecord[]): Promise<Statement[]> {
  const rows: Statement[] = [];
  const joined = new Map<string, number>();
  await eachOf(members, async ({ event, room, number }) => {
    const userId = parseUserId(event.stateKey);
    const membership = event.content['membership'];
    if (userId === undefined || typeof membership !== 'string') return;
    rows.push({ insert: insertMembership, row: [room, await deps.interner.internUser(userId), membership, number, 0, 0] });
    if (membership === 'join') joined.set(serverNameOf(userId), (joined.get(serverNameOf(userId)) ?? 0) + 1);
  });
  return [...rows, ...[...joined].flatMap(([server, count]) => serverCount(members[0]?.room ?? 0, server, count))];
}

async function eachOf<Item>(items: Iterable<Item>, run: (item: Item) => Soon<unknown>): Promise<void> {
  const all = [...items];
  for (let start = 0; start < all.length; start += internedAtOnce) await Promise.all(all.slice(start, start + internedAtOnce).map(run));
}
