/**
 * State resolution of room versions 2 to 11 (v2) and 12 (v2.1), in the words of the specification: the power events of the full
 * conflicted set are ordered and applied, then the rest by the mainline of the power levels that came out; the
 * unconflicted state has the last word. v2 starts from the unconflicted state; v2.1 starts from nothing and adds the
 * conflicted state subgraph to the full conflicted set.
 */
import { stateTypesFor } from '../auth/auth-types.ts';
import { notReachedByUnconflicted, reachedBySome } from './auth-difference.ts';
import { conflictedSubgraph } from './conflicted-subgraph.ts';
import type { PartialState } from './iterative-auth.ts';
import { applyInOrder } from './iterative-auth.ts';
import { Known, pairName } from './known.ts';
import { orderByMainline } from './mainline.ts';
import { orderPowerEvents } from './power-order.ts';
import type { Resolution, ResolutionInput, Steps } from './request.ts';

export function* resolveV2(input: ResolutionInput): Steps<Resolution> {
  const known = new Known();
  const full = yield* fullConflictedSet(known, input);
  const base = input.rules.stateResolution === 'v2.1' ? 'empty' : 'unconflicted';
  const state: PartialState = new Map();

  const powerEvents = yield* orderPowerEvents(known, full, input.rules, input.create);
  yield* applyInOrder(known, input, state, powerEvents, base);

  const done = new Set(powerEvents);
  const others = [...full].filter((number) => !done.has(number));
  const mainline = yield* orderByMainline(known, others, yield* resolvedPowerLevels(known, state, base));
  yield* applyInOrder(known, input, state, mainline, base);

  return { state: yield* withoutUnconflicted(known, state), work: known.work };
}

/** The conflicted events, the auth difference and in v2.1 the conflicted subgraph; all facts of its members are known. */
export function* fullConflictedSet(known: Known, input: ResolutionInput): Steps<ReadonlySet<number>> {
  const sets = input.sets.map((set) => [...set.values()]);
  const conflicted = new Set(sets.flat());
  yield* known.loadEvents(conflicted);
  const difference = yield* authDifference(known, input, sets, conflicted);
  const subgraph = input.rules.stateResolution === 'v2.1' ? yield* conflictedSubgraph(known, conflicted) : [];
  const full = new Set([...conflicted, ...difference, ...subgraph]);
  yield* known.loadEvents(full);
  return full;
}

function* authDifference(
  known: Known,
  input: ResolutionInput,
  sets: readonly (readonly number[])[],
  conflicted: ReadonlySet<number>,
): Steps<ReadonlySet<number>> {
  if (input.unconflicted !== 'ask') return yield* reachedBySome(known, sets, input.unconflicted);
  const pairs = [...conflicted].flatMap((number) => {
    const fact = known.event(number);
    return fact === undefined ? [] : stateTypesFor(fact.event, input.rules);
  });
  yield* known.loadUnconflicted(pairs);
  const shared = pairs.map((pair) => known.unconflicted(...pair)).filter((number) => number !== undefined);
  const candidates = yield* reachedBySome(known, sets, shared);
  yield* known.loadEvents(candidates);
  yield* known.loadUnconflicted([...candidates].flatMap((number) => pairOf(known, number)));
  return yield* notReachedByUnconflicted(known, candidates, (number) =>
    pairOf(known, number).some((pair) => known.unconflicted(...pair) === number),
  );
}

function* resolvedPowerLevels(known: Known, state: PartialState, base: 'unconflicted' | 'empty'): Steps<number | undefined> {
  const resolved = state.get(pairName('m.room.power_levels', ''));
  if (resolved !== undefined || base === 'empty') return resolved?.number;
  yield* known.loadUnconflicted([['m.room.power_levels', '']]);
  const shared = known.unconflicted('m.room.power_levels', '');
  if (shared !== undefined) yield* known.loadEvents([shared]);
  return shared;
}

/** Step 5: where the unconflicted state has a key, its event stays. */
function* withoutUnconflicted(known: Known, state: PartialState): Steps<ReadonlyMap<number, number>> {
  const facts = [...state.values()];
  yield* known.loadUnconflicted(facts.flatMap(({ number }) => pairOf(known, number)));
  const resolved = facts.filter(({ event }) => known.unconflicted(event.type, event.stateKey as string) === undefined);
  return new Map(resolved.map(({ key, number }) => [key, number]));
}

function pairOf(known: Known, number: number): readonly [type: string, stateKey: string][] {
  const event = known.event(number)?.event;
  return event?.stateKey === undefined ? [] : [[event.type, event.stateKey]];
}
