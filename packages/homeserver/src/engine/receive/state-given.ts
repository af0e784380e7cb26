import { predecessors } from './prev-events-known.ts';
import { stateBefore } from './state-before.ts';
import type { RoomStep } from './step.ts';

/** A state that another server tells: numbers of events by those of their keys, all of this room and none of them rejected. */
export type ToldState = ReadonlyMap<number, number>;

/**
 * In place of the predecessors that cannot be had: the state that they are said to have left, joined by resolution with the states
 * after those predecessors that are here. Whoever came into the room in the gap is in no current state of ours, and who was thrown out by
 * ours may be in the told one: what counts as current for this event is what the two resolve to.
 */
export function stateGiven(told: ToldState): RoomStep {
  return {
    name: 'state given',
    check: async (arrival, site) => {
      const { draft } = site;
      const before = await predecessors(arrival, draft);
      if ('verdict' in before) return before;
      arrival.statesBefore = before.states;
      if (before.missing.length === 0) return stateBefore.check(arrival, site);
      const create = await draft.state.get('m.room.create', '');
      if (create?.stateKey === undefined || told.get(create.stateKey) !== create.number) {
        return { verdict: 'incomplete', missing: { authEvents: [], prevEvents: [...new Set(before.missing)] } };
      }
      const state = await draft.stateWith(told);
      arrival.before = await draft.resolved([state.number, ...before.states]);
      arrival.current = await draft.resolved([draft.state.number, arrival.before.number]);
      return undefined;
    },
  };
}
