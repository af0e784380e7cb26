import type { DraftDeps } from '../draft-deps.ts';
import type { AuthPlace, EventRecord } from '../event-record.ts';
import { citerRows, eventRow } from '../event-rows.ts';
import type { Arrival } from '../receive/arrival.ts';
import { storedBytes } from '../receive/commit-arrival.ts';
import type { RoomHead } from '../room-head.ts';
import { serverCount } from '../room-servers.ts';
import type { Soon } from '../soon.ts';
import { insertMembership } from '../store.ts';
import type { CheckedBundle } from './bundle.ts';
import { importGoesOn } from './store.ts';
import { domainOf, parseUserId } from '@hearth/protocol';
import type { Statement } from '@hearth/storage';

/** Events of one commit; with their rows beside them, a few hundred rows. */
export const outliersAtOnce = 100;

/** What is known of the stored events once they are stored. */
export type StoredOutliers = {
  /** The state, by the numbers of its keys. */
  readonly state: ReadonlyMap<number, number>;
  readonly joined: number;
  readonly invited: number;
  /** Rows of members who are people of ours: they would see the room before it is there. */
  readonly ownMembers: readonly Statement[];
  /** Those events that somebody wants to look at again. */
  readonly kept: ReadonlyMap<string, EventRecord>;
};

/**
 * Stores the events that are kept because others cite them or because they are state, each after its auth events, in small commits
 * between those of other rooms. Until there is a room that they belong to, nobody finds them.
 */
export async function storeOutliers(
  deps: DraftDeps,
  head: RoomHead,
  { arrivals, event: last, state }: CheckedBundle,
  wanted: ReadonlySet<string>,
): Promise<StoredOutliers> {
  const inState = new Set([...state.values()].map(({ eventId }) => eventId));
  const places = new Map<string, Pick<EventRecord, 'number'> & Pick<AuthPlace, 'rank'>>();
  const kept = new Map<string, EventRecord>();
  const numbers = new Map<number, number>();
  const ownMembers: Statement[] = [];
  const members = { join: 0, invite: 0 };
  const outliers = arrivals.filter((arrival) => arrival !== last);
  for (let start = 0; start < outliers.length; start += outliersAtOnce) {
    const slice = outliers.slice(start, start + outliersAtOnce);
    const first = await deps.database.takeNumbers('event', slice.length);
    await internAll(deps, slice);
    const statements: Statement[] = [];
    const joinedOf = new Map<string, number>();
    for (const [index, { event, rules }] of slice.entries()) {
      const cited = event.authEvents.map((id) => places.get(id)).filter((place) => place !== undefined);
      const rank = cited.reduce((highest, place) => Math.max(highest, place.rank + 1), 0);
      const record = await recordOf(deps, head, slice[index] as Arrival, first + index, { rank, events: numbersOf(cited) });
      places.set(event.eventId, { number: record.number, rank });
      if (wanted.has(event.eventId)) kept.set(event.eventId, record);
      const { json, signatures } = storedBytes(event, rules);
      statements.push(eventRow(record, json, signatures, undefined), ...citerRows(record));
      if (record.stateKey === undefined || !inState.has(event.eventId)) continue;
      numbers.set(record.stateKey, record.number);
      const member = await memberRow(deps, record);
      if (!member) continue;
      const server = domainOf(event.stateKey ?? '') ?? '';
      if (deps.signer.signsFor(server)) ownMembers.push(member);
      else statements.push(member);
      const membership = event.content['membership'];
      if (membership === 'join' || membership === 'invite') members[membership] += 1;
      if (membership === 'join') joinedOf.set(server, (joinedOf.get(server) ?? 0) + 1);
    }
    for (const [server, joined] of joinedOf) statements.push(...serverCount(head.number, server, joined));
    await storePart(deps, head.number, statements);
  }
  return { state: numbers, joined: members.join, invited: members.invite, ownMembers, kept };
}

/** One commit of an import; refused when the import was given up meanwhile. */
export async function storePart({ database, clock }: DraftDeps, room: number, statements: readonly Statement[]): Promise<void> {
  await database.write({ claims: [], statements: [importGoesOn(room, clock.now()), ...statements], stream: [] });
}

async function recordOf(deps: DraftDeps, head: RoomHead, { event }: Arrival, number: number, auth: AuthPlace): Promise<EventRecord> {
  return {
    number,
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
    auth: event.stateKey === undefined ? undefined : auth,
  };
}

/** Undefined for what makes nobody a member. */
async function memberRow({ interner }: DraftDeps, { event, room, number }: EventRecord): Promise<Statement | undefined> {
  const userId = event.type === 'm.room.member' ? parseUserId(event.stateKey) : undefined;
  const membership = event.content['membership'];
  if (userId === undefined || typeof membership !== 'string') return undefined;
  return { insert: insertMembership, row: [room, await interner.internUser(userId), membership, number, 0, 0] };
}

/** Side by side, so that they share commits. */
async function internAll({ interner }: DraftDeps, slice: readonly Arrival[]): Promise<void> {
  const users = new Set<string>();
  const keys = new Map<string, () => Soon<number>>();
  for (const { event } of slice) {
    users.add(event.sender);
    const { type, stateKey } = event;
    if (stateKey === undefined) continue;
    keys.set(JSON.stringify([type, stateKey]), () => interner.internStateKey(type, stateKey));
    const member = type === 'm.room.member' ? parseUserId(stateKey) : undefined;
    if (member !== undefined) users.add(member);
  }
  await Promise.all([...[...users].map((user) => interner.internUser(user)), ...[...keys.values()].map((intern) => intern())]);
}

function numbersOf(places: readonly Pick<EventRecord, 'number'>[]): number[] {
  return [...new Set(places.map(({ number }) => number))];
}
