import { fillGaps } from './filling.ts';
import { signJoin, templateFor } from './joining.ts';
import { integer, objects, strings } from './network.ts';
import type { Process } from './process.ts';
import { sendToServers } from './sending.ts';
import { authChainOf, type EventRecord, stateBefore } from '@hearth/homeserver/testing';
import { type JsonObject, ownString } from '@hearth/protocol';

/** Events of one answer. */
const answerEventsMax = 60;

/** What an honest server answers to another one. */
export async function answerTo(process: Process, origin: string, body: JsonObject): Promise<JsonObject> {
  const room = ownString(body, 'room') ?? '';
  switch (ownString(body, 'do')) {
    case 'send':
      await takeIn(process, room, objects(body['pdus']), origin);
      return {};
    case 'missing':
      return {
        pdus: await missingEvents(process, room, strings(body['wanted']), new Set(strings(body['earliest'])), integer(body['limit'])),
      };
    case 'state':
      return stateAt(process, room, ownString(body, 'event') ?? '');
    case 'events':
      return { pdus: await eventsById(process, room, strings(body['wanted'])) };
    case 'invite':
      process.disk.invites.set(room, origin);
      return {};
    case 'make':
      return templateFor(process, room, ownString(body, 'user') ?? '', ownString(body, 'membership') ?? '');
    case 'send-membership':
      return admit(process, room, objects(body['pdus']), origin);
    default:
      return { error: 'M_UNRECOGNIZED' };
  }
}

async function takeIn(process: Process, roomId: string, pdus: readonly JsonObject[], origin: string): Promise<void> {
  if (!(await process.engine.room(roomId))) return;
  await process.receive(roomId, pdus, origin);
  if (process.waitingIn(roomId).size > 0) void fillGaps(process, roomId);
}

/** The wanted events and what leads to them, nearest first, as far as the asking server does not have it. */
async function missingEvents(
  process: Process,
  roomId: string,
  wanted: readonly string[],
  earliest: ReadonlySet<string>,
  limit: number,
): Promise<JsonObject[]> {
  const found = new Map<string, EventRecord>();
  const open = [...new Set(wanted)];
  for (let next = open.shift(); next !== undefined && found.size < Math.min(limit, answerEventsMax); next = open.shift()) {
    if (found.has(next) || earliest.has(next)) continue;
    const record = await process.engine.eventById(next);
    if (record?.event.roomId !== roomId) continue;
    found.set(next, record);
    open.push(...record.event.prevEvents, ...record.event.authEvents);
  }
  return [...found.values()].map(pduOf);
}

/** The state before an event, as ids and as events. */
async function stateAt({ engine }: Process, roomId: string, eventId: string): Promise<JsonObject> {
  const record = await engine.eventById(eventId);
  const found = record?.event.roomId === roomId ? await stateBefore(engine, record) : undefined;
  if (!found) return { error: 'M_NOT_FOUND' };
  const { state, authChain } = found;
  return { stateIds: state.map(idOf), chainIds: authChain.map(idOf), state: state.map(pduOf), chain: authChain.map(pduOf) };
}

async function eventsById({ engine }: Process, roomId: string, eventIds: readonly string[]): Promise<JsonObject[]> {
  const records = await Promise.all(eventIds.map((eventId) => engine.eventById(eventId)));
  return records.filter((record) => record?.event.roomId === roomId).map((record) => pduOf(record as EventRecord));
}

/** A join or a knock that was made from our template: judged like any event, told to the room, answered with the room's state. */
async function admit(process: Process, roomId: string, pdus: readonly JsonObject[], origin: string): Promise<JsonObject> {
  const head = await process.engine.room(roomId);
  const [pdu] = pdus;
  if (!head || !pdu) return { error: 'M_NOT_FOUND' };
  const signed = signJoin(process, pdu, head.rules);
  const [answer] = await process.receive(roomId, [signed], origin);
  if (answer?.verdict !== 'accepted' || !answer.record) return { error: 'M_FORBIDDEN' };
  const { record } = answer;
  void sendToServers(process, record, new Set([origin]));
  const before = await process.engine.stateAt(record.room, record.stateBefore ?? 0);
  const state = (await before?.all()) ?? [];
  const chain = (await authChainOf(process.engine, [...state, record])) ?? [];
  return { event: signed, state: state.map(pduOf), chain: chain.map(pduOf) };
}

function pduOf({ event }: EventRecord): JsonObject {
  return event.pdu;
}

function idOf({ event }: EventRecord): string {
  return event.eventId;
}
