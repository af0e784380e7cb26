import { Connection } from '../http/connection.ts';
import { requestText } from '../http/request-text.ts';
import { json } from '../http/response-reader.ts';
import type { Options } from '../options.ts';
import { usageOf } from '../process-usage.ts';
import { createRooms } from '../setup/rooms.ts';
import { eachOf, type Server } from '../setup/server.ts';
import { registerUsers } from '../setup/users.ts';
import { messageRequests } from './message-requests.ts';
import type { Clock, Random } from '@hearth/kit';

export type InitialSyncResult = {
  readonly rooms: number;
  /** From the request to the last byte, in the order of the requests: the first finds cold caches. */
  readonly ms: readonly number[];
  readonly bytes: number;
  /** Processor time of the server for one answer, in milliseconds. */
  readonly serverCpuMs: number | undefined;
};

const roomsUsual = 500;
const membersUsual = 8;
/** In each room, by its members in turn; the timeline of an answer shows ten of them. */
const messagesOfRoom = 20;
const atOnce = 8;

/** A user of many rooms, each with some members and messages, comes with a new device and asks for everything. */
export async function initialSync(server: Server, options: Options, ports: { clock: Clock; random: Random }): Promise<InitialSyncResult> {
  const { clock, random } = ports;
  const rooms = options.rooms ?? roomsUsual;
  const members = options.members ?? membersUsual;
  const [user, ...others] = await registerUsers(server, 1 + Math.max(options.connections, members), random, options.sharedSecret);
  if (user === undefined) throw new Error('there is no user');
  const lists = Array.from({ length: rooms }, (_, room) => [
    user,
    ...Array.from({ length: members }, (_none, member) => others[(room + member) % others.length] ?? user),
  ]);
  const roomIds = await createRooms(server, lists);
  const run = random.token(48);
  await eachOf(roomIds, atOnce, (roomId, room) => fillRoom(server, roomId, lists[room] ?? [], `${run}.${room}`, options.bytes));

  const connection = new Connection(server.endpoint);
  const request = requestText({ method: 'GET', path: '/_matrix/client/v3/sync?timeout=0', host: server.host, token: user.token });
  const cpuSeconds = (): number => (options.pid === undefined ? undefined : usageOf(options.pid).cpuSeconds) ?? Number.NaN;
  const before = cpuSeconds();
  const ms: number[] = [];
  let bytes = 0;
  for (let round = 0; round < options.rounds; round++) {
    const startedAt = clock.monotonic();
    const answer = await connection.request(request);
    ms.push(clock.monotonic() - startedAt);
    bytes = answer.body.length;
    const told = answer.status === 200 ? Object.keys(json(answer).rooms?.join ?? {}).length : 0;
    if (told !== rooms) throw new Error(`the answer (${answer.status}) tells ${told} rooms of ${rooms}: ${answer.body.slice(0, 200)}`);
  }
  const used = ((cpuSeconds() - before) * 1000) / options.rounds;
  connection.close();
  return { rooms, ms, bytes, serverCpuMs: used >= 0 ? used : undefined };
}

async function fillRoom(
  server: Server,
  roomId: string,
  members: readonly { readonly token: string }[],
  run: string,
  bytes: number,
): Promise<void> {
  const connection = new Connection(server.endpoint);
  const requests = members.map(({ token }, member) =>
    messageRequests({ host: server.host, token, roomIds: [roomId], run: `${run}.${member}`, bytes }),
  );
  for (let message = 0; message < messagesOfRoom; message++) {
    const { status, body } = await connection.request(requests[message % requests.length]?.() ?? '');
    if (status !== 200) throw new Error(`a message was answered ${status}: ${body.slice(0, 200)}`);
  }
  connection.close();
}
