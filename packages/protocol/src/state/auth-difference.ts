/**
 * The auth difference: events that are in the auth chain of some of the states and not of all. A state's chain here
 * includes the state's own events, as all servers in use compute it; the text of room version 2 can be read either way.
 *
 * Three steps keep it from walking what is not in conflict:
 * 1. Walk down from the conflicted events, highest rank first, with a bit per state that reaches an event. All who can
 *    reach an event have a higher rank, so its bits are complete when its turn comes. When every event that waits is
 *    reached by all states, so is everything below, and the walk ends.
 * 2. The unconflicted state reaches its events in the name of all states. Those that the conflicted events are likely to
 *    share with it (power levels, join rules, their senders) join the walk from the start.
 * 3. What still looks different may be in the chain of some other unconflicted event. From there, look upwards, along
 *    the index of citing state events, for one that is in the unconflicted state. Superseded memberships and power levels are
 *    cited by their successors, so the search ends soon; each event is judged once.
 */
import { Heap } from './heap.ts';
import type { Known } from './known.ts';
import { assertLower } from './known.ts';
import type { CitersFact, CitersPage, EdgeFact, Steps } from './request.ts';

/**
 * Events reached by some and not by all of the states.
 *
 * @param sets the conflicted events of each state
 * @param shared events of the unconflicted state that join the walk
 */
export function* reachedBySome(known: Known, sets: readonly (readonly number[])[], shared: readonly number[]): Steps<ReadonlySet<number>> {
  const all = (1n << BigInt(sets.length)) - 1n;
  // A bit per state: what one step costs grows with them.
  const stepCost = 1 + Math.ceil(sets.length / 64);
  const reachedBy = new Map<number, bigint>();
  const queue = new Heap<EdgeFact>((a, b) => a.rank > b.rank);
  const difference = new Set<number>();
  const notLookedBelow: number[] = [];
  let waitingInSome = 0;

  const reach = (number: number, bits: bigint): void => {
    const before = reachedBy.get(number);
    const after = (before ?? 0n) | bits;
    if (after === before) return;
    reachedBy.set(number, after);
    if (before === undefined) {
      const fact = known.edge(number);
      if (fact === undefined) return;
      queue.push(fact);
      if (after === all) return;
      waitingInSome++;
      notLookedBelow.push(number);
    } else if (after === all) waitingInSome--;
  };

  yield* known.loadEdges([...sets.flat(), ...shared]);
  for (const number of shared) reach(number, all);
  for (const [i, set] of sets.entries()) {
    const bit = 1n << BigInt(i);
    for (const number of set) {
      reach(number, bit);
      yield* known.spend(stepCost);
    }
  }

  // Bound: an event enters the queue once.
  while (waitingInSome > 0) {
    yield* known.spend(stepCost);
    const fact = queue.pop() as EdgeFact;
    const bits = reachedBy.get(fact.number) as bigint;
    if (bits !== all) {
      waitingInSome--;
      difference.add(fact.number);
    }
    if (fact.authEvents.some((auth) => known.isUnknown(auth))) {
      // One request for everything that will be needed anyway, not one for each event.
      yield* known.loadEdges([fact.number, ...notLookedBelow.splice(0)].flatMap((n) => known.authEventsOf(n)));
    }
    for (const auth of known.authEventsOf(fact.number)) {
      assertLower(known.edge(auth) as EdgeFact, fact);
      reach(auth, bits);
    }
  }
  return difference;
}

/**
 * Of these events, those that are not in the unconflicted state and not in the chain of any of its events.
 * `isUnconflicted` knows about the candidates themselves.
 */
export function* notReachedByUnconflicted(
  known: Known,
  candidates: ReadonlySet<number>,
  isUnconflicted: (number: number) => boolean,
): Steps<ReadonlySet<number>> {
  const byRank = [...candidates].sort((a, b) => known.rankOf(b) - known.rankOf(a));
  const reached = new Map<number, boolean>(byRank.filter(isUnconflicted).map((number) => [number, true]));
  const firstPages = yield* firstCiters(
    known,
    byRank.filter((number) => !reached.has(number)),
  );
  const different = new Set<number>();
  for (const number of byRank) {
    yield* known.spend(1);
    if (!(yield* leadsToUnconflicted(known, number, reached, firstPages))) {
      different.add(number);
      continue;
    }
    for (const auth of known.authEventsOf(number)) reached.set(auth, true);
  }
  return different;
}

function* firstCiters(known: Known, numbers: readonly number[]): Steps<Map<number, CitersFact>> {
  const pages = yield* known.askCiters(numbers.map((number) => ({ number, from: undefined })));
  return new Map(numbers.map((number, i) => [number, pages[i] as CitersFact]));
}

/**
 * Depth-first upwards. `reached` holds what is settled: an event is settled as not reached when all who cite it are, and
 * everything on the path is settled as reached when an unconflicted event is found. So no event is looked at twice.
 */
function* leadsToUnconflicted(known: Known, start: number, reached: Map<number, boolean>, pages: Map<number, CitersFact>): Steps<boolean> {
  const settled = reached.get(start);
  if (settled !== undefined) return settled;
  const path = [yield* enter(known, start, reached, pages)];
  // Bound: each state event that cites something in the difference, directly or not, once.
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    yield* known.spend(1);
    const citer = top.page.citers[top.at++];
    if (citer === undefined) {
      if (top.page.next !== undefined) {
        top.page = yield* pageOf(known, { number: top.number, from: top.page.next });
        top.at = 0;
      } else path.pop();
    } else if (citer.unconflicted || reached.get(citer.number) === true) {
      for (const { number } of path) reached.set(number, true);
      return true;
    } else if (reached.get(citer.number) === undefined) {
      path.push(yield* enter(known, citer.number, reached, pages));
    }
  }
  return false;
}

type PathEntry = { readonly number: number; page: CitersFact; at: number };

/** An event on the path counts as not reached until the contrary is found. */
function* enter(known: Known, number: number, reached: Map<number, boolean>, pages: Map<number, CitersFact>): Steps<PathEntry> {
  reached.set(number, false);
  return { number, page: pages.get(number) ?? (yield* pageOf(known, { number, from: undefined })), at: 0 };
}

function* pageOf(known: Known, page: CitersPage): Steps<CitersFact> {
  return (yield* known.askCiters([page]))[0] as CitersFact;
}
