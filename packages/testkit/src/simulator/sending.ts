import { type Process, serversIn } from './process.ts';
import type { EventRecord } from '@hearth/homeserver/testing';
import { domainOf } from '@hearth/protocol';

/** After these an unreachable server has to ask for what it missed. */
const attemptsMax = 60;
const pauseMsMax = 20_000;

/** Brings an event of ours to all servers that are in the room before or after it, each until it has it. */
export async function sendToServers(process: Process, record: EventRecord, except: ReadonlySet<string> = new Set()): Promise<void> {
  const destinations = await destinationsOf(process, record);
  for (const known of except) destinations.delete(known);
  destinations.delete(process.domain);
  await Promise.all([...destinations].map((destination) => deliver(process, destination, record)));
  process.disk.sent.add(record.event.eventId);
}

/** After a restart: what may not have arrived everywhere is sent again. */
export async function sendAgain(process: Process, roomId: string, records: readonly EventRecord[]): Promise<void> {
  const unsent = records.filter(({ event }) => domainOf(event.sender) === process.domain && !process.disk.sent.has(event.eventId));
  await Promise.all(unsent.filter(({ event }) => event.roomId === roomId).map((record) => sendToServers(process, record)));
}

export async function deliver(process: Process, destination: string, { event }: Pick<EventRecord, 'event'>): Promise<void> {
  const body = { do: 'send', room: event.roomId, pdus: [event.pdu] };
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    if (await process.call(destination, body)) return;
    await process.sleep(Math.min(500 * 2 ** attempt, pauseMsMax));
  }
}

async function destinationsOf({ engine }: Process, record: EventRecord): Promise<Set<string>> {
  const { event, room, stateBefore, stateAfter } = record;
  const states = await Promise.all([stateBefore, stateAfter].map(async (state) => engine.stateAt(room, state ?? 0)));
  const servers = new Set<string>();
  for (const state of states) for (const server of await serversIn(state)) servers.add(server);
  const target = event.type === 'm.room.member' ? domainOf(event.stateKey ?? '') : undefined;
  return target === undefined ? servers : servers.add(target);
}
