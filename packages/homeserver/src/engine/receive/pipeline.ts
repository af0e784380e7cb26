import { alreadyKnown } from './already-known.ts';
import type { Arrival } from './arrival.ts';
import { authEventsKnown } from './auth-events-known.ts';
import { byAuthEvents } from './by-auth-events.ts';
import { byCurrentState } from './by-current-state.ts';
import { byStateBefore } from './by-state-before.ts';
import { citedAuthEvents } from './cited-auth-events.ts';
import { commitArrival } from './commit-arrival.ts';
import { contentHash } from './content-hash.ts';
import { oneCreate } from './one-create.ts';
import type { Outcome } from './outcome.ts';
import { prevEventsKnown } from './prev-events-known.ts';
import type { Received } from './received.ts';
import { roomId } from './room-id.ts';
import { signatures } from './signatures.ts';
import { stateBefore } from './state-before.ts';
import { stateGiven, type ToldState } from './state-given.ts';
import type { DoorStep, RoomSite, RoomStep } from './step.ts';

/**
 * The way of every event that others made into a room, whatever brings it. Each step lets it pass or says what becomes of it
 * (https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu). Before these the event is parsed; the
 * steps at the door need no room and hold up nobody; those in the room run in the room's order.
 */
export const doorSteps: readonly DoorStep[] = [roomId, contentHash, signatures];
/** What an event's own auth events decide, wherever in the room's graph it stands. */
const authoritySteps: readonly RoomStep[] = [alreadyKnown, oneCreate, authEventsKnown, citedAuthEvents, byAuthEvents];
const verdictSteps: readonly RoomStep[] = [byStateBefore, byCurrentState];
export const roomSteps: readonly RoomStep[] = [...authoritySteps, prevEventsKnown, stateBefore, ...verdictSteps];

/** What stops the event at the door, if anything does. */
export function checkAtDoor(arrival: Arrival): Outcome | undefined {
  for (const { check } of doorSteps) {
    const outcome = check(arrival);
    if (outcome) return outcome;
  }
  return undefined;
}

/** Judges the event in the room's turn and takes it in if it is to be kept. */
export function judgeInRoom(arrival: Arrival, site: RoomSite): Promise<Received> {
  return judgeBy(roomSteps, arrival, site);
}

/** The same for an event whose predecessors are not all here, when somebody told the state before it. */
export function judgeWithState(arrival: Arrival, told: ToldState, site: RoomSite): Promise<Received> {
  return judgeBy([...authoritySteps, stateGiven(told), ...verdictSteps], arrival, site);
}

/**
 * An event that is wanted because a state or another event's authority names it. Nobody knows its place in the graph: when its
 * auth events allow it, it is kept on no timeline and is no end of the room.
 */
export function judgeOutlier(arrival: Arrival, site: RoomSite): Promise<Received> {
  return judgeBy(authoritySteps, arrival, site);
}

async function judgeBy(steps: readonly RoomStep[], arrival: Arrival, site: RoomSite): Promise<Received> {
  const { eventId } = arrival.event;
  const outcome = await firstOutcome(steps, arrival, site);
  if (outcome?.verdict === 'known') return { eventId, verdict: outcome.record.verdict, record: outcome.record, repeated: true };
  if (outcome?.verdict === 'incomplete') return { eventId, verdict: 'incomplete', missing: outcome.missing, repeated: false };
  if (outcome?.verdict === 'dropped') return { eventId, verdict: 'dropped', refusal: outcome.refusal, repeated: false };
  if (outcome?.verdict === 'rejected' && !arrival.before) await placeRejected(arrival, site);
  const record = await commitArrival(arrival, outcome, site);
  return { eventId, verdict: record.verdict, record, repeated: false, ...(outcome ? { refusal: outcome.refusal } : {}) };
}

async function firstOutcome(steps: readonly RoomStep[], arrival: Arrival, site: RoomSite): Promise<Outcome | undefined> {
  for (const { check } of steps) {
    const outcome = await check(arrival, site);
    if (outcome) return outcome;
  }
  return undefined;
}

/** Others may follow a rejected event, so it has a place in the graph if that is known by now. */
async function placeRejected(arrival: Arrival, site: RoomSite): Promise<void> {
  if (arrival.event.prevEvents.length > 0 && !(await prevEventsKnown.check(arrival, site))) await stateBefore.check(arrival, site);
}
