import { objects } from './network.ts';
import { type Process, serversIn } from './process.ts';
import type { Received } from '@hearth/homeserver/testing';
import type { JsonObject } from '@hearth/protocol';

/** Rounds without progress after which what waits is given up; who cites it later starts anew. */
const idleRoundsMax = 8;
const roundsMax = 120;
/** Events that may wait in one room. */
const waitingMax = 600;
const pauseMsMax = 10_000;
const wantedMax = 100;
/** Events of one answer, and where what lies far back is not wanted. */
const answerMax = 60;
const nearMax = 5;

/** Asks other servers for what is missing, until everything that waits in a room can be judged or nobody has it. */
export async function fillGaps(process: Process, roomId: string): Promise<void> {
  if (process.filling.has(roomId)) return;
  process.filling.add(roomId);
  const waiting = process.waitingIn(roomId);
  for (let round = 0, idle = 0; waiting.size > 0 && round < roundsMax && idle < idleRoundsMax; round += 1) {
    const before = new Set(waiting.keys());
    const peer = await peerFor(process, roomId, idle);
    const found = peer === undefined ? [] : await ask(process, roomId, peer);
    const pdus = [...[...waiting.values()].map(({ pdu }) => pdu), ...found].slice(0, 1_000);
    const answers = await process.receive(roomId, pdus, peer ?? process.domain);
    if (hasProgress(answers, before) || (peer !== undefined && (await bridgeGap(process, roomId, peer)))) idle = 0;
    else await process.sleep(Math.min(200 * 2 ** idle++, pauseMsMax));
    for (const eventId of [...waiting.keys()].slice(waitingMax)) waiting.delete(eventId);
  }
  if (waiting.size > 0) process.world.note(`${process.domain} gives up ${waiting.size} events of ${roomId}`);
  for (const _ of waiting) process.world.count('incomplete, given up');
  waiting.clear();
  process.filling.delete(roomId);
}

/** In a room that begins with a state, what reaches behind it is judged with the state that another server tells. */
async function bridgeGap(process: Process, roomId: string, peer: string): Promise<boolean> {
  if (!process.disk.begunByState.has(roomId)) return false;
  const waiting = process.waitingIn(roomId);
  const [eventId, first] = [...waiting].find(([, { missing }]) => !missing.some((id) => waiting.has(id))) ?? [];
  if (eventId === undefined || !first) return false;
  const { world } = process;
  if (world.plan.servers.some(({ domain, lies }) => lies && domain === peer)) process.disk.misled.add(roomId);
  const answer = await process.receiveWithState(roomId, first.pdu, peer);
  if (!answer || answer.verdict === 'incomplete') return false;
  world.count(`${answer.verdict} with a state that was told`);
  return true;
}

function hasProgress(answers: readonly Received[], before: ReadonlySet<string>): boolean {
  return answers.some(({ eventId, verdict, repeated }) => (verdict === 'incomplete' ? !before.has(eventId ?? '') : !repeated));
}

/** First who brought it, then anybody in the room. */
async function peerFor(process: Process, roomId: string, idle: number): Promise<string | undefined> {
  const waiting = [...process.waitingIn(roomId).values()];
  if (idle % 2 === 0) return waiting[idle % waiting.length]?.origin;
  const head = await process.engine.room(roomId);
  const servers = [...(await serversIn(head && process.engine.currentState(head)))].filter((server) => server !== process.domain);
  return servers[process.world.random.integer(Math.max(1, servers.length))];
}

async function ask(process: Process, roomId: string, peer: string): Promise<JsonObject[]> {
  const head = await process.engine.room(roomId);
  const earliest = head?.extremities.map(({ eventId }) => eventId) ?? [];
  const limit = process.disk.begunByState.has(roomId) ? nearMax : answerMax;
  const wanted = [...process.waitingIn(roomId).values()].flatMap(({ missing }) => missing);
  const answer = await process.call(peer, {
    do: 'missing',
    room: roomId,
    wanted: [...new Set(wanted)].slice(0, wantedMax),
    earliest,
    limit,
  });
  return objects(answer?.['pdus']);
}
