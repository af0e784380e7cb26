import type { Oracle, PlainEvent, PlainState } from './oracle.ts';
import type { EventRecord, RoomHead } from '@hearth/homeserver/testing';

/** What one server made of a room, in the order in which it did. */
export type Log = {
  readonly domain: string;
  readonly head: RoomHead;
  readonly records: readonly EventRecord[];
  /** It begins with a state that another server told, so that not all that is cited is anywhere. */
  readonly begunByState: boolean;
};

/** Where the log of a server differs from what a plain reading of the rules makes of the same events in the same order. */
export function replay(log: Log, oracle: Oracle): string[] {
  const problems: string[] = [];
  const verdicts = new Map<string, EventRecord['verdict']>();
  let ends: readonly PlainEvent[] = [];
  let current: PlainState = new Map();
  for (const { event, verdict, stateBefore } of log.records) {
    // What only came along with a state, and what its auth events forbid where nobody ever hears of what came before it.
    if (stateBefore === null && verdict === 'accepted') continue;
    const plain = oracle.byId(event.eventId);
    if (!plain && (log.begunByState || (stateBefore === null && verdict === 'rejected'))) continue;
    if (!plain) {
      problems.push(`${event.eventId} is ${verdict}, though what it cites is nowhere`);
      continue;
    }
    if (ends.length === 0) current = plain.before;
    // Where what it follows was not there, the state that was told counts beside the current one.
    const isBehindGap = log.begunByState && ends.length > 0 && !event.prevEvents.every((id) => isPlaced(id, oracle, verdicts));
    const present = isBehindGap ? oracle.resolved([current, plain.before]) : current;
    const isFirst = event.type === 'm.room.create' && ends.length === 0;
    const expected = plain.rejected ? 'rejected' : isFirst || oracle.allows(plain.event, present) ? 'accepted' : 'soft-failed';
    if (verdict !== expected) problems.push(`${event.eventId} (${event.type} by ${event.sender}) is ${verdict} and should be ${expected}`);
    verdicts.set(event.eventId, verdict);
    if (verdict !== 'accepted') continue;
    const followed = followedBy(plain, oracle, verdicts);
    ends = [plain, ...ends.filter((end) => !followed.has(end.event.eventId))];
    current = oracle.resolved(ends.map(({ after }) => after));
  }
  const expectedEnds = ends.map(({ event }) => event.eventId).toSorted();
  const found = log.head.extremities.map(({ eventId }) => eventId).toSorted();
  if (found.join() !== expectedEnds.join()) problems.push(`its ends are ${found.join()} and should be ${expectedEnds.join()}`);
  return problems;
}

/** Whether the server knew the state after an event: of a rejected one also when it knew that before it. */
function isPlaced(eventId: string, oracle: Oracle, verdicts: ReadonlyMap<string, EventRecord['verdict']>): boolean {
  const verdict = verdicts.get(eventId);
  return (
    verdict !== undefined &&
    (verdict !== 'rejected' || (oracle.byId(eventId)?.event.prevEvents ?? []).every((id) => isPlaced(id, oracle, verdicts)))
  );
}

/** What an accepted event follows, also through such as were here and not accepted. */
function followedBy(event: PlainEvent, oracle: Oracle, verdicts: ReadonlyMap<string, EventRecord['verdict']>): Set<string> {
  const followed = new Set<string>();
  const open = [...event.event.prevEvents];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (followed.has(next)) continue;
    followed.add(next);
    if (['soft-failed', 'rejected'].includes(verdicts.get(next) ?? '')) open.push(...(oracle.byId(next)?.event.prevEvents ?? []));
  }
  return followed;
}
