import { closedLoop, type LoopResult } from '../closed-loop.ts';
import type { Options } from '../options.ts';
import { createRooms, shareOut } from '../setup/rooms.ts';
import type { Server } from '../setup/server.ts';
import { registerUsers } from '../setup/users.ts';
import { hasEventId, messageRequests } from './message-requests.ts';
import type { Clock, Random } from '@hearth/kit';

/** Registers the users and makes their rooms, once; each run then measures how many messages a second are acknowledged. */
export async function prepareDurableSends(
  server: Server,
  options: Options,
  ports: { clock: Clock; random: Random },
): Promise<() => Promise<LoopResult>> {
  const users = await registerUsers(server, options.connections, ports.random, options.sharedSecret);
  const { membersOf, roomsOf } = shareOut(users.length, options.rooms ?? users.length);
  const of = <T>(list: readonly T[], numbers: readonly number[]): T[] => numbers.flatMap((number) => list[number] ?? []);
  const roomIds = await createRooms(
    server,
    membersOf.map((numbers) => of(users, numbers)),
  );
  return () => {
    const run = ports.random.token(48);
    const requests = users.map(({ token }, index) =>
      messageRequests({ host: server.host, token, roomIds: of(roomIds, roomsOf[index] ?? []), run, bytes: options.bytes }),
    );
    return closedLoop(
      {
        endpoint: server.endpoint,
        connections: users.length,
        warmupMs: options.warmup * 1000,
        measuredMs: options.seconds * 1000,
        next: (connection) => requests[connection]?.() ?? '',
        isRight: hasEventId,
        pid: options.pid,
      },
      ports.clock,
    );
  };
}
