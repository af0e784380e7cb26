import type { Options } from '../options.ts';
import { createRooms } from '../setup/rooms.ts';
import { eachOf, type Server } from '../setup/server.ts';
import { registerUsers } from '../setup/users.ts';
import { numberedText, Receiver } from './receiver.ts';
import { type Clock, type Random, sleep } from '@hearth/kit';

export type WakeResult = {
  readonly waiting: number;
  /** For each message: from the sender's request until the last of those who waited had it. */
  readonly lastMs: readonly number[];
  readonly acknowledgedMs: readonly number[];
  readonly wrong: number;
  readonly firstWrong: string | undefined;
};

const waitingUsual = 1_000;
const atOnce = 8;
/** So long everybody may take to wait again before the next message. */
const pauseMs = 2_000;
/** How long the last of a message's readers is waited for. */
const lastMsMax = 10_000;

/** Many users wait in /sync in one room, and somebody says something. */
export async function wake(server: Server, options: Options, ports: { clock: Clock; random: Random }): Promise<WakeResult> {
  const { clock, random } = ports;
  const waiting = options.members ?? waitingUsual;
  const [sender, ...members] = await registerUsers(server, waiting + 1, random, options.sharedSecret);
  if (sender === undefined) throw new Error('there is no sender');
  const [roomId = ''] = await createRooms(server, [[sender, ...members]]);
  let arrived = 0;
  let lastAt = 0;
  const receivers = members.map(
    ({ token }) =>
      new Receiver(server, token, () => {
        arrived += 1;
        lastAt = clock.monotonic();
      }),
  );
  await eachOf(receivers, atOnce, (receiver) => receiver.start());

  const run = random.token(48);
  const lastMs: number[] = [];
  const acknowledgedMs: number[] = [];
  for (let number = 0; number < options.rounds; number++) {
    await sleep(clock, pauseMs);
    arrived = 0;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${run}.${number}`;
    const startedAt = clock.monotonic();
    await server.ok({
      method: 'PUT',
      path,
      token: sender.token,
      body: { msgtype: 'm.text', body: numberedText(number, options.bytes) },
    });
    acknowledgedMs.push(clock.monotonic() - startedAt);
    while (arrived < waiting && clock.monotonic() - startedAt < lastMsMax) await sleep(clock, 5);
    if (arrived < waiting) throw new Error(`${waiting - arrived} of ${waiting} did not get message ${number} within ${lastMsMax} ms`);
    lastMs.push(lastAt - startedAt);
  }
  for (const receiver of receivers) receiver.stop();
  return {
    waiting,
    lastMs,
    acknowledgedMs,
    wrong: receivers.reduce((sum, receiver) => sum + receiver.wrong, 0),
    firstWrong: receivers.find(({ firstWrong }) => firstWrong !== undefined)?.firstWrong,
  };
}
