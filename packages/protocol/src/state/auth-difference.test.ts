import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { notReachedByUnconflicted, reachedBySome } from './auth-difference.ts';
import { conflictedSubgraph } from './conflicted-subgraph.ts';
import { Known } from './known.ts';
import type { EdgeFact, ResolutionSource } from './request.ts';
import { runResolution } from './request.ts';

const seed = 20260715;
const ascending = (a: number, b: number): number => a - b;

/** A graph of auth events: entry i lists the (lower) events that event i cites. */
type Graph = readonly (readonly number[])[];
const graph: fc.Arbitrary<Graph> = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 4, maxLength: 40 })
  .map((wishes) => wishes.map((cited, i) => [...new Set(i === 0 ? [] : cited.map((wish) => wish % i))]));
const pick = fc.array(fc.nat(), { maxLength: 4 });

function facts(graph: Graph): readonly EdgeFact[] {
  return graph.map((authEvents, number) => ({ number, rank: number, authEvents }));
}

function sourceOf(graph: Graph, unconflicted: ReadonlySet<number>, pageSize: number): ResolutionSource {
  const all = facts(graph);
  const citersOf = (number: number): number[] => all.filter(({ authEvents }) => authEvents.includes(number)).map((f) => f.number);
  return {
    edges: (numbers) => numbers.map((number) => all[number] as EdgeFact),
    events: () => [],
    unconflicted: () => [],
    citers: (of) =>
      of.map(({ number, from = 0 }) => {
        const citers = citersOf(number).map((citer) => ({ number: citer, unconflicted: unconflicted.has(citer) }));
        const end = from + pageSize;
        return { citers: citers.slice(from, end), next: end < citers.length ? end : undefined };
      }),
  };
}

function chain(graph: Graph, starts: Iterable<number>): ReadonlySet<number> {
  const reached = new Set(starts);
  for (const number of reached) for (const auth of graph[number] ?? []) reached.add(auth);
  return reached;
}

test('the auth difference of any graph is the union of the chains without their intersection', () => {
  const property = fc.property(
    graph,
    fc.array(pick, { minLength: 2, maxLength: 4 }),
    pick,
    pick,
    fc.integer({ min: 1, max: 3 }),
    (g, picks, rest, seeds, page) => {
      const inside = (wish: number): number => wish % g.length;
      const unconflicted = new Set(rest.map(inside));
      const sets = picks.map((wishes) => [...new Set(wishes.map(inside))].filter((number) => !unconflicted.has(number)));
      const shared = seeds.map(inside).filter((number) => unconflicted.has(number));

      const chains = sets.map((set) => chain(g, [...set, ...unconflicted]));
      const union = new Set(chains.flatMap((c) => [...c]));
      const expected = [...union].filter((number) => !chains.every((c) => c.has(number)));

      const source = sourceOf(g, unconflicted, page);
      const whole = runResolution(reachedBySome(new Known(), sets, [...unconflicted]), source);
      assert.deepEqual([...whole].sort(ascending), expected.sort(ascending), 'all unconflicted events walk');
      const known = new Known();
      const some = runResolution(reachedBySome(known, sets, shared), source);
      const asked = runResolution(
        notReachedByUnconflicted(known, some, (number) => unconflicted.has(number)),
        source,
      );
      assert.deepEqual([...asked].sort(ascending), expected.sort(ascending), 'the rest is asked for');
    },
  );
  fc.assert(property, { seed, numRuns: 1000 });
});

test('the conflicted subgraph of any graph is what lies on a path between conflicted events', () => {
  const property = fc.property(graph, pick, (g, wishes) => {
    const conflicted = new Set(wishes.map((wish) => wish % g.length));
    const below = chain(g, conflicted);
    const expected = [...below].filter((number) => [...chain(g, [number])].some((auth) => conflicted.has(auth)));
    const found = runResolution(conflictedSubgraph(new Known(), conflicted), sourceOf(g, new Set(), 1));
    assert.deepEqual([...found].sort(ascending), expected.sort(ascending));
  });
  fc.assert(property, { seed, numRuns: 1000 });
});

test('a rank that does not fall along an auth edge stops the walk loudly', () => {
  const source = sourceOf([[], [0], [1]], new Set(), 1);
  const edges = (numbers: readonly number[]): EdgeFact[] =>
    source.edges(numbers).map((fact) => ({ ...fact, rank: fact.number === 1 ? 9 : fact.rank }));
  assert.throws(
    () => runResolution(reachedBySome(new Known(), [[2], []], []), { ...source, edges }),
    /event 2 has rank 2, its auth event 1 has rank 9/,
  );
});

test('the walk of the auth difference ends where all states share what is below', () => {
  const length = 10_000;
  const g: Graph = Array.from({ length }, (_, i) => (i === 0 ? [] : [i - 1]));
  const known = new Known();
  const found = runResolution(reachedBySome(known, [[length - 1], [length - 3]], []), sourceOf(g, new Set(), 10));
  assert.deepEqual([...found].sort(ascending), [length - 2, length - 1]);
  assert.ok(known.work.edges <= 6, `${known.work.edges} edges read`);
});

test('the search for an unconflicted event looks at each citing event once', () => {
  // Each candidate is cited by the same many events, which nobody cites; none is in the unconflicted state.
  const candidates = 30;
  const citers = 300;
  const cited = Array.from({ length: candidates }, (_, i) => i);
  const g: Graph = [...cited.map(() => []), ...Array.from({ length: citers }, () => [candidates - 1])].map((c, i) =>
    i > 0 && i < candidates ? [i - 1] : c,
  );
  const known = new Known();
  const source = sourceOf(g, new Set(), 50);
  runResolution(known.loadEdges(cited), source);
  const different = runResolution(
    notReachedByUnconflicted(known, new Set(cited), () => false),
    source,
  );
  assert.equal(different.size, candidates);
  assert.ok(known.work.citers <= candidates + 2 * citers, `${known.work.citers} citing events looked at`);
});
