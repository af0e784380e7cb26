import type { LoopResult } from './closed-loop.ts';
import type { Options } from './options.ts';
import { deliveryRows, idleRows, initialSyncRows, loopRows, median, table, wakeRows } from './report.ts';
import { prepareDurableSends } from './scenarios/durable-sends.ts';
import { idle } from './scenarios/idle.ts';
import { initialSync } from './scenarios/initial-sync.ts';
import { ownServer } from './scenarios/own-server.ts';
import { sendToDelivery } from './scenarios/send-to-delivery.ts';
import { wake } from './scenarios/wake.ts';
import { Server } from './setup/server.ts';
import type { Clock, Random } from '@hearth/kit';

export type Ports = { readonly clock: Clock; readonly random: Random; readonly print: (text: string) => void };

/** Runs what was asked for, prints it for people unless JSON was asked for, and returns it. */
export async function run(options: Options, ports: Ports): Promise<object> {
  const say = options.json ? (): void => undefined : ports.print;
  const server = options.target === undefined ? undefined : new Server(options.target, ports.clock);
  try {
    return await measure(options, server, ports, say);
  } finally {
    server?.close();
  }
}

async function measure(options: Options, server: Server | undefined, ports: Ports, say: (text: string) => void): Promise<object> {
  switch (options.scenario) {
    case 'bare':
      return summary(await rounds(options, 'bare node:http', () => ownServer('bare', options, ports.clock), say));
    case 'least':
      return summary(await rounds(options, 'the least of a homeserver', () => ownServer('least', options, ports.clock), say));
    case 'idle': {
      const result = await idle(options, ports.clock);
      say(table('idle', idleRows(result)));
      return result;
    }
    case 'send-to-delivery': {
      const result = await sendToDelivery(needed(server), options, ports);
      say(table('send to delivery', deliveryRows(result)));
      return result;
    }
    case 'initial-sync': {
      const result = await initialSync(needed(server), options, ports);
      say(table('initial sync', initialSyncRows(result)));
      return result;
    }
    case 'wake': {
      const result = await wake(needed(server), options, ports);
      say(table('wake', wakeRows(result)));
      return result;
    }
    case 'durable-sends': {
      const send = await prepareDurableSends(needed(server), options, ports);
      return options.ratio ? ratio(options, send, ports, say) : summary(await rounds(options, 'durable sends', send, say));
    }
  }
}

/** In turn, so that whatever else the machine does meets both alike. */
async function ratio(options: Options, send: () => Promise<LoopResult>, ports: Ports, say: (text: string) => void): Promise<object> {
  const once = { ...options, rounds: 1 };
  const pairs: { readonly bare: LoopResult; readonly sends: LoopResult; readonly ratio: number }[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const [floor] = await rounds(once, 'bare node:http', () => ownServer('bare', options, ports.clock), say);
    const [sends] = await rounds(once, 'durable sends', send, say);
    if (floor && sends) pairs.push({ bare: floor, sends, ratio: sends.perSecond / floor.perSecond });
  }
  const middle = median(pairs.map((pair) => pair.ratio));
  say(`ratio  ${middle.toFixed(3)}  (each round: ${pairs.map((pair) => pair.ratio.toFixed(3)).join(', ')})`);
  return { ratio: middle, rounds: pairs };
}

async function rounds(
  options: Options,
  title: string,
  measure: () => Promise<LoopResult>,
  say: (text: string) => void,
): Promise<LoopResult[]> {
  const results: LoopResult[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const result = await measure();
    say(table(`${title}, ${options.connections} connections, ${options.seconds} s`, loopRows(result)));
    results.push(result);
  }
  return results;
}

function summary(results: readonly LoopResult[]): object {
  return { perSecond: median(results.map(({ perSecond }) => perSecond)), rounds: results };
}

function needed(server: Server | undefined): Server {
  if (server === undefined) throw new Error('this scenario needs a server');
  return server;
}
