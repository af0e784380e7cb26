import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { StateView } from '../engine/state-view.ts';
import { MatrixError } from '../http/errors.ts';
import type { GraphEvent, GraphState, RoomGraph } from './room-graph.ts';
import { type GraphRow, newestEvents } from './store.ts';
import { membershipOf } from '@hearth/protocol';
import type { Reader } from '@hearth/storage';

/** Most events of one picture. */
export const graphEventsMax = 400;
/** State entries that are listed beside the graph. */
const stateEntriesMax = 200;

export type GraphQuestion = {
  readonly roomId: string;
  /** How many events; from 1 to `graphEventsMax`. */
  readonly limit: number;
  /** The newest event to be shown, and the point at which the state is shown; the room's newest when absent. */
  readonly eventId?: string | undefined;
};

/** Reads a part of a room's graph. M_NOT_FOUND when there is no such room, or no such event in it. */
export async function readRoomGraph(engine: RoomEngine, reader: Reader, question: GraphQuestion): Promise<RoomGraph> {
  const { roomId, limit, eventId } = question;
  const room = await engine.room(roomId);
  if (room === undefined) throw new MatrixError('M_NOT_FOUND', `This server has no room ${roomId}.`);
  const point = eventId === undefined ? undefined : await engine.eventById(eventId);
  if (eventId !== undefined && point?.room !== room.number)
    throw new MatrixError('M_NOT_FOUND', `The room ${roomId} has no event ${eventId} here.`);
  const upTo = point === undefined ? newestOfAll : { depth: point.event.depth, number: point.number };
  const rows = await newestEvents(reader, room.number, upTo, limit + 1);
  const shown = rows.slice(0, limit);
  const view = await stateAt(engine, room, point);
  return {
    room_id: roomId,
    room_version: room.rules.version,
    events: await graphEvents(engine, room, shown, view),
    more: rows.length > limit,
    state:
      view === undefined ? { entries: [], total: 0 } : { ...(eventId === undefined ? {} : { after: eventId }), ...(await listed(view)) },
  };
}

const newestOfAll = { depth: Number.MAX_SAFE_INTEGER, number: Number.MAX_SAFE_INTEGER };

/** The state after the event; where that is not known, as of a rejected event, the state before it, or none. */
async function stateAt(engine: RoomEngine, room: RoomHead, point: EventRecord | undefined): Promise<StateView | undefined> {
  if (point === undefined) return engine.currentState(room);
  const state = point.stateAfter ?? point.stateBefore;
  return state === null ? undefined : engine.stateAt(room.number, state);
}

async function graphEvents(
  engine: RoomEngine,
  room: RoomHead,
  rows: readonly GraphRow[],
  view: StateView | undefined,
): Promise<GraphEvent[]> {
  const records = await engine.events(rows.map(({ number }) => number));
  const ends = new Set(room.extremities.map(({ number }) => number));
  const events: GraphEvent[] = [];
  for (const [index, record] of records.entries()) {
    if (record === undefined) continue;
    const inState = await isIn(view, record);
    events.push(graphEvent(record, rows[index]?.refusal ?? null, ends.has(record.number), inState));
  }
  return events;
}

async function isIn(view: StateView | undefined, { event, number }: EventRecord): Promise<boolean> {
  if (view === undefined || event.stateKey === undefined) return false;
  return (await view.get(event.type, event.stateKey))?.number === number;
}

function graphEvent({ event, verdict, redactedBy }: EventRecord, refusal: string | null, isEnd: boolean, inState: boolean): GraphEvent {
  const membership = event.type === 'm.room.member' ? membershipOf(event.content) : undefined;
  return {
    event_id: event.eventId,
    type: event.type,
    ...(event.stateKey === undefined ? {} : { state_key: event.stateKey }),
    sender: event.sender,
    depth: event.depth,
    origin_server_ts: event.originServerTs,
    verdict,
    ...refusalParts(refusal),
    prev_events: event.prevEvents,
    auth_events: event.authEvents,
    ...(membership === undefined ? {} : { membership }),
    ...(redactedBy === null ? {} : { redacted: true }),
    ...(isEnd ? { extremity: true } : {}),
    ...(inState ? { in_state: true } : {}),
  };
}

/** The column holds the rule's number or name, a space, and the sentence. */
function refusalParts(refusal: string | null): Pick<GraphEvent, 'rule' | 'reason'> {
  if (refusal === null) return {};
  const space = refusal.indexOf(' ');
  return { rule: refusal.slice(0, space), reason: refusal.slice(space + 1) };
}

async function listed(view: StateView): Promise<Pick<GraphState, 'entries' | 'total'>> {
  const face = await view.face();
  const entries = face
    .map(({ event }) => ({ type: event.type, state_key: event.stateKey ?? '', event_id: event.eventId }))
    .toSorted((a, b) => compare(a.type, b.type) || compare(a.state_key, b.state_key));
  return { entries: entries.slice(0, stateEntriesMax), total: await view.count() };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
