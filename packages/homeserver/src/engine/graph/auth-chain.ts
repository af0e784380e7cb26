import type { RoomEngine } from '../engine.ts';
import type { EventRecord } from '../event-record.ts';

/** Events of one chain; above, there is no answer. */
export const authChainMax = 50_000;
/** Events that are read at once. */
const readAtOnce = 500;

type ChainEngine = Pick<RoomEngine, 'events' | 'eventById'>;

/** All that events rest on by their auth events, themselves left out; undefined when it is too much. */
export async function authChainOf(
  engine: ChainEngine,
  records: readonly EventRecord[],
  max = authChainMax,
): Promise<EventRecord[] | undefined> {
  const chain = new Map<number, EventRecord>();
  const asked = new Set<number>();
  let open = await numbersCitedBy(engine, records, asked);
  while (open.length > 0) {
    if (asked.size > max) return undefined;
    const found: EventRecord[] = [];
    for (let start = 0; start < open.length; start += readAtOnce) {
      for (const record of await engine.events(open.slice(start, start + readAtOnce))) if (record) found.push(record);
    }
    for (const record of found) chain.set(record.number, record);
    open = await numbersCitedBy(engine, found, asked);
  }
  return [...chain.values()];
}

/** Those that were not asked for yet. */
async function numbersCitedBy(engine: ChainEngine, records: readonly EventRecord[], asked: Set<number>): Promise<number[]> {
  const numbers: number[] = [];
  for (const { auth, event } of records) {
    for (const number of auth?.events ?? (await numbersOf(engine, event.authEvents))) {
      if (asked.has(number)) continue;
      asked.add(number);
      numbers.push(number);
    }
  }
  return numbers;
}

/** Only state events keep the numbers of what they cite. */
async function numbersOf(engine: ChainEngine, eventIds: readonly string[]): Promise<number[]> {
  const records = await Promise.all(eventIds.map((eventId) => engine.eventById(eventId)));
  return records.flatMap((record) => (record ? [record.number] : []));
}
