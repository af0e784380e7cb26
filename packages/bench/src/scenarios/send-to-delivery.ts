import { Histogram, type Percentiles } from '../histogram.ts';
import { type Options, UsageError } from '../options.ts';
import { usageOf } from '../process-usage.ts';
import { createRooms } from '../setup/rooms.ts';
import type { Server } from '../setup/server.ts';
import { registerUsers } from '../setup/users.ts';
import { sendPaced } from './paced-sender.ts';
import { Receiver } from './receiver.ts';
import { type Clock, type Random, sleep } from '@hearth/kit';

export type DeliveryResult = {
  readonly sent: number;
  readonly acknowledged: number;
  readonly waiting: number;
  readonly deliveries: number;
  readonly missing: number;
  readonly doubled: number;
  readonly wrong: number;
  readonly firstWrong: string | undefined;
  readonly deliveriesPerSecond: number;
  readonly acknowledgeMs: Percentiles;
  readonly deliveryMs: Percentiles;
  readonly serverCpu: number | undefined;
  readonly serverRssMiB: number | undefined;
  readonly generatorCpu: number;
};

/** How long the last messages may take to arrive. */
const drainMs = 5000;

/** All receivers remember what they saw. */
const deliveriesMax = 20_000_000;

/** Users wait in /sync, `members` in each room, while a further user of each room sends. */
export async function sendToDelivery(server: Server, options: Options, ports: { clock: Clock; random: Random }): Promise<DeliveryResult> {
  const { clock } = ports;
  const rooms = options.rooms ?? 8;
  const members = options.members ?? 8;
  const messages = Math.ceil(options.rate * (options.warmup + options.seconds));
  if (messages * members > deliveriesMax) throw new UsageError(`more than ${deliveriesMax} deliveries`);
  const users = await registerUsers(server, rooms * (members + 1), ports.random, options.sharedSecret);
  const lists = Array.from({ length: rooms }, (_, room) => users.slice(room * (members + 1), (room + 1) * (members + 1)));
  const roomIds = await createRooms(server, lists);

  const dueAt = new Float64Array(messages);
  const first = Math.ceil(options.rate * options.warmup);
  const acknowledge = new Histogram();
  const delivery = new Histogram();
  const record = (histogram: Histogram, number: number): void => {
    if (number >= first) histogram.recordMs(clock.monotonic() - (dueAt[number] ?? 0));
  };
  const receivers = lists.flatMap(([, ...waiting]) =>
    waiting.map(({ token }) => new Receiver(server, token, (number) => record(delivery, number))),
  );
  for (const receiver of receivers) await receiver.start();

  const wrong: string[] = [];
  const before = {
    own: process.cpuUsage(),
    at: clock.monotonic(),
    server: options.pid === undefined ? undefined : usageOf(options.pid).cpuSeconds,
  };
  const senders = lists.flatMap(([sender], room) => (sender === undefined ? [] : [{ roomId: roomIds[room] ?? '', token: sender.token }]));
  const pace = { perSecond: options.rate, messages, bytes: options.bytes, run: ports.random.token(48) };
  let acknowledged = 0;
  await sendPaced(server, senders, pace, clock, {
    onDue: (number, at) => (dueAt[number] = at),
    onAcknowledged: (number) => {
      acknowledged += 1;
      record(acknowledge, number);
    },
    onWrong: (what) => wrong.push(what),
  });
  const elapsedMs = clock.monotonic() - before.at;
  const own = process.cpuUsage(before.own);
  const after = options.pid === undefined ? undefined : usageOf(options.pid);
  const expected = messages * members;
  const arrived = (): number => receivers.reduce((sum, { seen }) => sum + seen.size, 0);
  for (let waited = 0; arrived() < expected && waited < drainMs; waited += 20) await sleep(clock, 20);
  for (const receiver of receivers) receiver.stop();
  const cpu = (after?.cpuSeconds ?? Number.NaN) - (before.server ?? Number.NaN);
  return {
    sent: messages,
    acknowledged,
    waiting: receivers.length,
    deliveries: arrived(),
    missing: expected - arrived(),
    doubled: receivers.reduce((sum, { doubled }) => sum + doubled, 0),
    wrong: wrong.length + receivers.reduce((sum, receiver) => sum + receiver.wrong, 0),
    firstWrong: wrong[0] ?? receivers.find(({ firstWrong }) => firstWrong !== undefined)?.firstWrong,
    deliveriesPerSecond: arrived() / (elapsedMs / 1000),
    acknowledgeMs: acknowledge.summary(),
    deliveryMs: delivery.summary(),
    serverCpu: cpu >= 0 ? cpu / (elapsedMs / 1000) : undefined,
    serverRssMiB: after?.rssMiB,
    generatorCpu: (own.user + own.system) / 1000 / elapsedMs,
  };
}
