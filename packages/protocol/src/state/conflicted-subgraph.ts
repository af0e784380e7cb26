import type { Known } from './known.ts';
import type { Steps } from './request.ts';

/**
 * v2.1: every event on a path of auth events from one conflicted event to another, the ends included.
 *
 * Nothing below the lowest conflicted event can lead to one, so the walk down stops at that rank; then, from the bottom
 * up, an event is on a path when one of its auth events is conflicted or on a path.
 */
export function* conflictedSubgraph(known: Known, conflicted: ReadonlySet<number>): Steps<ReadonlySet<number>> {
  yield* known.loadEdges(conflicted);
  let lowest = Infinity;
  for (const number of conflicted) if (known.edge(number) !== undefined) lowest = Math.min(lowest, known.rankOf(number));

  const seen = new Set(conflicted);
  let layer: readonly number[] = [...conflicted];
  // Bound: an event enters one layer.
  while (layer.length > 0) {
    const below = layer.filter((number) => known.rankOf(number) > lowest);
    yield* known.loadEdges(below.flatMap((number) => known.authEventsOf(number)));
    layer = [...new Set(below.flatMap((number) => known.authEventsOf(number)))].filter((number) => !seen.has(number));
    for (const number of layer) seen.add(number);
    yield* known.spend(below.length);
  }

  const onPath = new Set(conflicted);
  for (const number of [...seen].sort((a, b) => known.rankOf(a) - known.rankOf(b))) {
    yield* known.spend(1);
    if (known.authEventsOf(number).some((auth) => onPath.has(auth))) onPath.add(number);
  }
  return onPath;
}
