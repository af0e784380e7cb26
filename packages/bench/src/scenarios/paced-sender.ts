import { Connection } from '../http/connection.ts';
import { requestWriter } from '../http/request-text.ts';
import type { Server } from '../setup/server.ts';
import { hasEventId } from './message-requests.ts';
import { numberedText } from './receiver.ts';
import { type Clock, sleep } from '@hearth/kit';

export type Pace = { readonly perSecond: number; readonly messages: number; readonly bytes: number; readonly run: string };

export type Sender = { readonly roomId: string; readonly token: string };

/** No more messages wait for their acknowledgement at once; when so many do, sending pauses and the delay shows in the latency. */
const inFlightMax = 256;

/**
 * Sends the messages at an even pace, whatever the server takes, in turn to each room. `onDue` is told when each should go out,
 * which is where its latency starts; `onAcknowledged` when the server has it.
 */
export async function sendPaced(
  server: Server,
  senders: readonly Sender[],
  pace: Pace,
  clock: Clock,
  tell: {
    readonly onDue: (number: number, at: number) => void;
    readonly onAcknowledged: (number: number) => void;
    readonly onWrong: (what: string) => void;
  },
): Promise<void> {
  const write = senders.map(({ roomId, token }) => {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${pace.run}.`;
    const writer = requestWriter({ method: 'PUT', host: server.host, token });
    return (number: number) => writer(`${path}${number}`, `{"msgtype":"m.text","body":"${numberedText(number, pace.bytes)}"}`);
  });
  const free: Connection[] = [];
  let inFlight = 0;
  const startedAt = clock.monotonic();
  for (let number = 0; number < pace.messages;) {
    const dueAt = startedAt + (number / pace.perSecond) * 1000;
    const now = clock.monotonic();
    if (now < dueAt || inFlight >= inFlightMax) {
      await sleep(clock, Math.max(1, dueAt - now));
      continue;
    }
    const message = number++;
    const connection = free.pop() ?? new Connection(server.endpoint);
    inFlight += 1;
    tell.onDue(message, dueAt);
    connection.send(write[message % write.length]?.(message) ?? '', (answer, error) => {
      inFlight -= 1;
      free.push(connection);
      if (answer !== undefined && hasEventId(answer)) tell.onAcknowledged(message);
      else tell.onWrong(error === undefined ? `${answer?.status} ${answer?.body.slice(0, 200)}` : error.message);
    });
  }
  for (let waited = 0; inFlight > 0 && waited < drainStepsMax; waited++) await sleep(clock, 10);
  for (const connection of free) connection.close();
}

/** Ten seconds for the last acknowledgements. */
const drainStepsMax = 1000;
