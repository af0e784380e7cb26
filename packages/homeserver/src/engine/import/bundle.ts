import { breather } from '../breathe.ts';
import type { Arrival, KeyOf } from '../receive/arrival.ts';
import { citedFirst } from '../receive/delivery-order.ts';
import { parseArrival } from '../receive/parse-arrival.ts';
import { checkAtDoor } from '../receive/pipeline.ts';
import { signatureFacts } from '../receive/signature-facts.ts';
import type { RoomHead } from '../room-head.ts';
import type { Clock } from '@hearth/kit';
import {
  authorize,
  checkAuthEvents,
  type CitedEvent,
  type JsonValue,
  type PduEvent,
  reject,
  type Reject,
  type StateEvent,
} from '@hearth/protocol';

/** What a server that is in a room says of it to one that joins. */
export type Bundle = {
  readonly stateEvents: readonly JsonValue[];
  readonly authChain: readonly JsonValue[];
  /** The event that follows this state: the join. */
  readonly event: JsonValue;
};

export type CheckedBundle = {
  /** All events that are in order, each after its auth events; the last is the one that follows the state. */
  readonly arrivals: readonly Arrival[];
  readonly state: ReadonlyMap<string, PduEvent>;
  readonly event: Arrival;
};

/**
 * Checks a bundle by itself: each event has the format, the hash and the signatures, and is allowed by auth events that are in the
 * bundle and in order themselves. What is not is left out, so that one bad event does not keep anybody out of a room; but without
 * its one create event, or with a join that the state does not allow, there is no room to join.
 */
export async function checkBundle(bundle: Bundle, head: RoomHead, keyOf: KeyOf, clock: Clock): Promise<CheckedBundle | Reject> {
  const breathe = breather(clock);
  const inOrder = new Map<string, Arrival>();
  const parse = async (json: JsonValue): Promise<Arrival | undefined> => {
    await breathe();
    const parsed = parseArrival(json, head, keyOf, clock.now());
    return 'arrival' in parsed && !checkAtDoor(parsed.arrival) ? parsed.arrival : undefined;
  };
  const event = await parse(bundle.event);
  if (!event) return reject('import.event', 'the joining event is not in order');
  const ids = new Set<string>();
  for (const json of bundle.stateEvents) {
    const arrival = await parse(json);
    if (arrival) inOrder.set(arrival.event.eventId, arrival);
    if (arrival) ids.add(arrival.event.eventId);
  }
  for (const json of bundle.authChain) {
    const arrival = await parse(json);
    if (arrival) inOrder.set(arrival.event.eventId, arrival);
  }
  inOrder.delete(event.event.eventId);
  const creates = [...inOrder.values()].filter((one) => isCreate(one.event));
  const [create] = creates;
  if (!create || creates.length > 1) return reject('import.create', `the room has ${creates.length} create events`);

  const allowed = new Map<string, Arrival>();
  for (const arrival of citedFirst([...inOrder.values()])) {
    await breathe();
    if (isAllowed(arrival, create.event, allowed)) allowed.set(arrival.event.eventId, arrival);
  }
  const state = new Map<string, PduEvent>();
  for (const id of ids) {
    const one = allowed.get(id)?.event;
    if (one?.stateKey === undefined) continue;
    const key = keyText(one.type, one.stateKey);
    if (state.has(key)) return reject('import.state', 'the state has two events of one type and key');
    state.set(key, one);
  }
  if (!state.has(keyText('m.room.create', ''))) return reject('import.create', 'the create event is not in the state');
  if (!isAllowed(event, create.event, allowed)) return reject('import.event', 'the auth events do not allow the joining event');
  const lookup = (type: string, stateKey: string): StateEvent | undefined => state.get(keyText(type, stateKey));
  const verdict = authorize(event.event, head.rules, lookup, signatureFacts(event));
  return verdict.allowed ? { arrivals: [...allowed.values(), event], state, event } : verdict;
}

function isAllowed(arrival: Arrival, create: PduEvent, allowed: ReadonlyMap<string, Arrival>): boolean {
  const { event, rules } = arrival;
  const cited = event.authEvents.map((id) => allowed.get(id)?.event);
  if (cited.some((one) => one === undefined)) return false;
  const authEvents = cited as readonly PduEvent[];
  const roomCreate = isCreate(event) ? undefined : accepted(create);
  if (!checkAuthEvents(event, rules, { authEvents: authEvents.map(accepted), roomCreate }).allowed) return false;
  const state = [...(rules.roomIdIsCreateHash && !isCreate(event) ? [create] : []), ...authEvents];
  const lookup = (type: string, stateKey: string): StateEvent | undefined =>
    state.find((one) => one.type === type && one.stateKey === stateKey);
  return authorize(event, rules, lookup, signatureFacts(arrival)).allowed;
}

export function keyText(type: string, stateKey: string): string {
  return JSON.stringify([type, stateKey]);
}

function isCreate({ type, stateKey }: PduEvent): boolean {
  return type === 'm.room.create' && stateKey === '';
}

function accepted({ eventId, roomId, type, stateKey }: PduEvent): CitedEvent {
  return { eventId, roomId, type, stateKey, rejected: false };
}
