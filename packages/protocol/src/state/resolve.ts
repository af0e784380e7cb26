import type { Resolution, ResolutionInput, Steps } from './request.ts';
import { resolveV1 } from './resolve-v1.ts';
import { resolveV2 } from './resolve-v2.ts';

/**
 * Resolves the states of a room into one (each room version's page, "State resolution"). Pure and deterministic: the order
 * of the states, of their keys and of the facts in an answer does not matter. The cost is linear in the events that conflict and in
 * the auth events between them.
 *
 * ```
 * const steps = resolve(input);
 * let step = steps.next();
 * while (!step.done) step = steps.next(await factsFor(step.value));
 * const { state } = step.value;
 * ```
 */
export function* resolve(input: ResolutionInput): Steps<Resolution> {
  if (input.sets.every((set) => set.size === 0))
    return { state: new Map(), work: { requests: 0, edges: 0, events: 0, citers: 0, checks: 0, steps: 0 } };
  return yield* input.rules.stateResolution === 'v1' ? resolveV1(input) : resolveV2(input);
}

/** What is the same in all states, and per state the rest: the naive way for states that are complete maps in memory. */
export function splitStates(states: readonly ReadonlyMap<number, number>[]): {
  readonly unconflicted: ReadonlyMap<number, number>;
  readonly sets: readonly ReadonlyMap<number, number>[];
} {
  const [first = new Map<number, number>(), ...others] = states;
  const unconflicted = new Map([...first].filter(([key, number]) => others.every((state) => state.get(key) === number)));
  return { unconflicted, sets: states.map((state) => new Map([...state].filter(([key]) => !unconflicted.has(key)))) };
}
