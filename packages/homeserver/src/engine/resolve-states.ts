import type { DraftDeps } from './draft-deps.ts';
import type { EventSource, PendingRoom } from './pending-room.ts';
import { ResolutionFacts } from './resolution-facts.ts';
import type { RoomHead } from './room-head.ts';
import type { RoomState } from './states.ts';
import { countOf } from './trie/state-root.ts';
import { isSignedWith, resolve, type ResolutionInput } from '@hearth/protocol';

/** Where a resolution takes place: the room as a draft has it. */
export type ResolutionSite = { readonly head: RoomHead; readonly pending: PendingRoom; readonly events: EventSource };

/** The outcome as a difference to one of the states; a key that is to vanish is undefined. */
export type ResolvedStates = { readonly base: RoomState; readonly changes: ReadonlyMap<number, number | undefined> };

/** Up to this many entries what the states share is handed over; above, the index of citing events is asked. */
const sharedListMax = 200;

/**
 * Resolves two or more different states of a room. What conflicts comes from the differences of the tries, so neither the size of the
 * room nor what the states share is paid for. Long work is done in counted slices; the room waits, others do not.
 */
export async function resolveStates(
  deps: DraftDeps,
  site: ResolutionSite,
  states: readonly [RoomState, ...RoomState[]],
): Promise<ResolvedStates> {
  // The newest is likely to be nearest to the outcome.
  const base = states.reduce((newest, state) => (state.number > newest.number ? state : newest));
  const sets = await conflicts(deps, site, base, states);
  const conflicting = new Set(sets.flatMap((set) => [...set.keys()]));
  const create = await base.get('m.room.create', '');
  if (!create) throw new Error(`a state of room ${site.head.roomId} has no create event`);
  const facts = new ResolutionFacts(deps, site, base, conflicting);
  const input: ResolutionInput = {
    rules: site.head.rules,
    create: create.number,
    sets,
    unconflicted: countOf(base.root) <= sharedListMax ? await facts.shared() : 'ask',
    verifySigned: isSignedWith,
  };
  const steps = resolve(input);
  let step = steps.next();
  while (!step.done) {
    const answer = await facts.answer(step.value);
    step = steps.next(answer);
  }
  return { base, changes: differenceTo(await base.eventNumbers(conflicting), step.value.state, conflicting) };
}

/** For each state its events under the keys in which not all states agree. */
async function conflicts(
  deps: DraftDeps,
  site: ResolutionSite,
  base: RoomState,
  states: readonly RoomState[],
): Promise<ReadonlyMap<number, number>[]> {
  const others = states.filter((state) => state !== base);
  const differences = await Promise.all(others.map((state) => deps.states.changes(base, state, site.pending)));
  const keys = new Set(differences.flatMap((changes) => changes.map(({ key }) => key)));
  const ofBase = await base.eventNumbers(keys);
  const ofOthers = differences.map((changes) => {
    const set = new Map(ofBase);
    for (const { key, after } of changes) {
      if (after === undefined) set.delete(key);
      else set.set(key, after);
    }
    return set;
  });
  return [ofBase, ...ofOthers];
}

function differenceTo(
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
  keys: ReadonlySet<number>,
): Map<number, number | undefined> {
  const changes = new Map<number, number | undefined>();
  for (const key of new Set([...keys, ...after.keys()])) if (before.get(key) !== after.get(key)) changes.set(key, after.get(key));
  return changes;
}
