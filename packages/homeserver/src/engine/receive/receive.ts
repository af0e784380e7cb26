import { MatrixError } from '../../http/errors.ts';
import { breather } from '../breathe.ts';
import type { DraftDeps } from '../draft-deps.ts';
import type { RoomHead } from '../room-head.ts';
import type { Rooms } from '../rooms.ts';
import type { Arrival } from './arrival.ts';
import { citedFirst } from './delivery-order.ts';
import { dropped, type Outcome } from './outcome.ts';
import { parseArrival } from './parse-arrival.ts';
import { checkAtDoor, judgeInRoom } from './pipeline.ts';
import type { Received, ReceiveOptions } from './received.ts';
import type { RoomSite } from './step.ts';
import { type JsonValue, reject } from '@hearth/protocol';
import { WriteRefused } from '@hearth/storage';

/** Events of one call. */
export const receivedMax = 1_000;
/** Events that are judged in one turn of the room and committed together. */
const batchMax = 20;

type Candidate = { readonly index: number; readonly arrival: Arrival; readonly event: Arrival['event'] };

/** Judges events that others made and takes in what is to be kept. The answers are in the order of the events. */
export async function receivePdus(
  deps: DraftDeps,
  rooms: Rooms,
  room: RoomHead,
  pdus: readonly JsonValue[],
  { keyOf }: ReceiveOptions,
): Promise<Received[]> {
  if (pdus.length > receivedMax) throw new MatrixError('M_TOO_LARGE', `At most ${receivedMax} events can be taken in at once.`);
  const answers: Received[] = [];
  const candidates: Candidate[] = [];
  const breathe = breather(deps.clock);
  for (const [index, json] of pdus.entries()) {
    const parsed = parseArrival(json, room, keyOf, deps.clock.now());
    const outcome = 'outcome' in parsed ? parsed.outcome : checkAtDoor(parsed.arrival);
    if ('arrival' in parsed && !outcome) candidates.push({ index, arrival: parsed.arrival, event: parsed.arrival.event });
    else answers[index] = stopped('arrival' in parsed ? parsed.arrival.event.eventId : undefined, outcome);
    await breathe();
  }
  // A second round is for what hangs together over events that were here before. Bound: each round but the last settles an event.
  for (let round = citedFirst(candidates); round.length > 0;) {
    const settled = await judgeAll(deps, rooms, room.number, round, answers);
    round = round.filter(({ index }) => waitsFor(answers[index]).some((eventId) => settled.has(eventId)));
  }
  return answers;
}

/** Fills in the answers; returns the ids of events that are here now and were not before. */
async function judgeAll(
  deps: DraftDeps,
  rooms: Rooms,
  room: number,
  candidates: readonly Candidate[],
  answers: Received[],
): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  for (let start = 0; start < candidates.length; start += batchMax) {
    const batch = candidates.slice(start, start + batchMax);
    const arrivals = batch.map(({ arrival }) => arrival);
    const judged = await judgeBatch(deps, rooms, room, arrivals, judgeInRoom);
    for (const [place, { index, event }] of batch.entries()) {
      answers[index] = judged[place] as Received;
      if (answers[index]?.record && !answers[index].repeated) settled.add(event.eventId);
    }
  }
  return settled;
}

function waitsFor(answer: Received | undefined): readonly string[] {
  return answer?.missing ? [...answer.missing.authEvents, ...answer.missing.prevEvents] : [];
}

/** How an event is judged in the room's turn. */
type Judge = (arrival: Arrival, site: RoomSite) => Promise<Received>;

/** Judges some events in one turn of the room. One that cannot be stored does not take the others with it. */
export async function judgeBatch(
  deps: DraftDeps,
  rooms: Rooms,
  room: number,
  batch: readonly Arrival[],
  judge: Judge,
): Promise<Received[]> {
  try {
    return await judgeTogether(deps, rooms, room, batch, judge);
  } catch (error) {
    if (batch.length === 1 || error instanceof MatrixError) throw error;
    const judged: Received[] = [];
    for (const arrival of batch) judged.push(await judgeAlone(deps, rooms, room, arrival, judge));
    return judged;
  }
}

/** One event in a turn of its own; that it cannot be stored is its verdict. */
export async function judgeAlone(deps: DraftDeps, rooms: Rooms, room: number, arrival: Arrival, judge: Judge): Promise<Received> {
  try {
    const [judged] = await judgeTogether(deps, rooms, room, [arrival], judge);
    return judged as Received;
  } catch (error) {
    if (!(error instanceof WriteRefused)) throw error;
    return stopped(arrival.event.eventId, dropped('storage', 'the event cannot be stored'));
  }
}

async function judgeTogether(deps: DraftDeps, rooms: Rooms, room: number, batch: readonly Arrival[], judge: Judge): Promise<Received[]> {
  const { result } = await rooms.write(room, async (draft) => {
    const judged: Received[] = [];
    // The room may be built again on another head: what steps found out counts for one attempt.
    for (const arrival of batch) judged.push(await judge({ ...arrival }, { draft, deps }));
    return judged;
  });
  return result;
}

function stopped(eventId: string | undefined, outcome: Outcome | undefined): Received {
  const refusal = outcome?.verdict === 'dropped' ? outcome.refusal : reject('door', 'the event was stopped');
  return { eventId, verdict: 'dropped', refusal, repeated: false };
}
