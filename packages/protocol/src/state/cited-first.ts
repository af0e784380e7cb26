import { SmallestFirst } from './smallest-first.ts';

/**
 * Kahn's algorithm: the items in the given order, but none before one that it cites.
 *
 * @param edges pairs: the index of an item that is cited, and of the item that cites it
 * @param inOrder all indexes, as they would stand if nothing were cited
 */
export function citedFirst(edges: readonly number[], inOrder: Uint32Array): readonly number[] {
  const placeOf = new Uint32Array(inOrder.length);
  for (let place = 0; place < inOrder.length; place += 1) placeOf[inOrder[place] as number] = place;
  // From here on an item is known by its place in the order, so what comes next is the smallest place that waits for nothing.
  const { waitsFor, citers, ends } = citersByPlace(edges, placeOf);
  const ready = new SmallestFirst(inOrder.length);
  for (let place = 0; place < waitsFor.length; place += 1) if (waitsFor[place] === 0) ready.add(place);
  const order: number[] = [];
  for (let place = ready.take(); place !== undefined; place = ready.take()) {
    order.push(inOrder[place] as number);
    for (let at = ends[place] as number; at < (ends[place + 1] as number); at += 1) {
      const citer = citers[at] as number;
      const left = (waitsFor[citer] as number) - 1;
      waitsFor[citer] = left;
      if (left === 0) ready.add(citer);
    }
  }
  return order;
}

type Citers = {
  /** How many items a place cites. */
  readonly waitsFor: Uint32Array;
  /** The places that cite a place: those from `ends[place]` to `ends[place + 1]`. */
  readonly citers: Uint32Array;
  readonly ends: Uint32Array;
};

function citersByPlace(edges: readonly number[], placeOf: Uint32Array): Citers {
  const waitsFor = new Uint32Array(placeOf.length);
  const ends = new Uint32Array(placeOf.length + 1);
  for (let at = 0; at < edges.length; at += 2) {
    const cited = placeOf[edges[at] as number] as number;
    const citing = placeOf[edges[at + 1] as number] as number;
    ends[cited + 1] = (ends[cited + 1] as number) + 1;
    waitsFor[citing] = (waitsFor[citing] as number) + 1;
  }
  for (let place = 0; place < placeOf.length; place += 1) ends[place + 1] = (ends[place + 1] as number) + (ends[place] as number);
  const filledTo = ends.slice();
  const citers = new Uint32Array(edges.length / 2);
  for (let at = 0; at < edges.length; at += 2) {
    const cited = placeOf[edges[at] as number] as number;
    citers[filledTo[cited] as number] = placeOf[edges[at + 1] as number] as number;
    filledTo[cited] = (filledTo[cited] as number) + 1;
  }
  return { waitsFor, citers, ends };
}
