import { breather } from '../breathe.ts';
import type { DraftDeps } from '../draft-deps.ts';
import { rejectedNumber } from '../event-codec.ts';
import { placesOf } from '../event-places.ts';
import type { RoomHead } from '../room-head.ts';
import type { Rooms } from '../rooms.ts';
import type { Arrival, KeyOf } from './arrival.ts';
import { citedFirst } from './delivery-order.ts';
import type { FetchRemote, StateIds } from './fetch-remote.ts';
import { parseArrival } from './parse-arrival.ts';
import { checkAtDoor, judgeOutlier, judgeWithState } from './pipeline.ts';
import { judgeAlone, judgeBatch, receivePdus } from './receive.ts';
import type { Received } from './received.ts';
import type { ToldState } from './state-given.ts';
import type { JsonValue } from '@hearth/protocol';

/** Events of a state and its auth chain together. */
export const toldEventsMax = 50_000;
/** Up to so many missing events are asked for one by one. */
export const fetchedOneByOneMax = 100;
/** Outliers that are judged in one turn of the room and committed together. */
const outliersAtOnce = 50;

export type GapOptions = { readonly keyOf: KeyOf; readonly remote: FetchRemote };

/**
 * Judges an event whose predecessors cannot be had, with the state that another server says was before it. What lacks of that state is
 * fetched, judged by itself and kept unseen; then the event is judged as any other. What does not come, or is more than can be taken,
 * leaves it incomplete. Doing it again does nothing twice.
 */
export async function receiveWithState(
  deps: DraftDeps,
  rooms: Rooms,
  room: RoomHead,
  pdu: JsonValue,
  options: GapOptions,
): Promise<Received> {
  const [plain] = (await receivePdus(deps, rooms, room, [pdu], options)) as [Received];
  const parsed = parseArrival(pdu, room, options.keyOf, deps.clock.now());
  if (plain.verdict !== 'incomplete' || !('arrival' in parsed) || checkAtDoor(parsed.arrival)) return plain;
  const { arrival } = parsed;
  const told = await toldState(deps, rooms, room, arrival, options);
  if (!told) return plain;
  return judgeAlone(deps, rooms, room.number, arrival, (one, site) => judgeWithState(one, told, site));
}

/** The state that is told, of events that are here by now. */
async function toldState(
  deps: DraftDeps,
  rooms: Rooms,
  room: RoomHead,
  { event }: Arrival,
  { keyOf, remote }: GapOptions,
): Promise<ToldState | undefined> {
  const ids = await remote.stateIds(room.roomId, event.eventId);
  if (!ids || ids.stateIds.length + ids.authChainIds.length > toldEventsMax) return undefined;
  const named = new Set([...ids.authChainIds, ...ids.stateIds, ...event.authEvents]);
  named.delete(event.eventId);
  const known = await placesOf(deps.database.reader, named);
  const missing = new Set([...named].filter((id) => !known.has(id)));
  const fetched = await fetchMissing(remote, room, event.eventId, missing);
  if (!fetched) return undefined;
  await keepOutliers(deps, rooms, room, await outliersOf(deps, room, fetched, missing, keyOf));
  return stateOf(deps, room, ids);
}

async function fetchMissing(
  remote: FetchRemote,
  { roomId }: RoomHead,
  eventId: string,
  missing: ReadonlySet<string>,
): Promise<readonly JsonValue[] | undefined> {
  if (missing.size === 0) return [];
  if (missing.size > fetchedOneByOneMax) {
    const all = await remote.state(roomId, eventId);
    return all && all.length <= toldEventsMax ? all : undefined;
  }
  const events = (await remote.events(roomId, [...missing])).filter((one) => one !== undefined);
  return events.length === missing.size ? events : undefined;
}

/** Those of the fetched events that are in order by themselves, each after those that it cites. */
async function outliersOf(
  deps: DraftDeps,
  room: RoomHead,
  fetched: readonly JsonValue[],
  wanted: ReadonlySet<string>,
  keyOf: KeyOf,
): Promise<readonly Arrival[]> {
  const breathe = breather(deps.clock);
  const arrivals: Arrival[] = [];
  for (const json of fetched) {
    await breathe();
    const parsed = parseArrival(json, room, keyOf, deps.clock.now());
    if (!('arrival' in parsed) || checkAtDoor(parsed.arrival)) continue;
    const { event } = parsed.arrival;
    if (event.stateKey !== undefined && wanted.has(event.eventId)) arrivals.push(parsed.arrival);
  }
  return citedFirst(arrivals);
}

async function keepOutliers(deps: DraftDeps, rooms: Rooms, room: RoomHead, arrivals: readonly Arrival[]): Promise<void> {
  for (let start = 0; start < arrivals.length; start += outliersAtOnce) {
    await judgeBatch(deps, rooms, room.number, arrivals.slice(start, start + outliersAtOnce), judgeOutlier);
  }
}

/** Without what was rejected or is not in order; undefined for what is no state, since it has a key twice. */
async function stateOf(deps: DraftDeps, room: RoomHead, { stateIds }: StateIds): Promise<ToldState | undefined> {
  const places = await placesOf(deps.database.reader, stateIds);
  const state = new Map<number, number>();
  for (const { number, room: where, state_key: key, verdict } of places.values()) {
    if (where !== room.number || key === null || verdict === rejectedNumber) continue;
    if (state.has(key)) return undefined;
    state.set(key, number);
  }
  return state;
}
