import type { Bus } from './bus.ts';
import { type BusLog, noLog } from './ports.ts';
import { Subscribers } from './subscribers.ts';

/** For a node that is alone, or nodes that live in one process. Positions of one tick are merged into the newest. */
export function inProcessBus(log: BusLog = noLog): Bus {
  const subscribers = new Subscribers((error) => log.error('A listener of the bus failed', { error }));
  let newest: number | undefined;
  const deliver = (): void => {
    const position = newest;
    newest = undefined;
    if (position !== undefined) subscribers.tell(position);
  };
  return {
    publish: (position) => {
      if (newest === undefined) queueMicrotask(deliver);
      newest = Math.max(newest ?? position, position);
    },
    subscribe: (listener) => subscribers.add(listener),
    close: async () => subscribers.clear(),
  };
}
