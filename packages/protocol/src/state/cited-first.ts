import { SmallestFirst } from './smallest-first.ts';

/** Who cites whom: the item with index n cites `cited` from `ends[n - 1]` to `ends[n]`; what is below zero is no item. */
export type Citations = { readonly cited: readonly number[]; readonly ends: readonly number[] };

/**
 * Kahn's algorithm: the items in the given order, but none before one that it cites.
 *
 * @param inOrder all indexes, as they would stand if nothing were cited
 */
export function citedFirst(citations: Citations, inOrder: Uint32Array): readonly number[] {
  const placeOf = new Uint32Array(inOrder.length);
  for (let place = 0; place < inOrder.length; place += 1) placeOf[inOrder[place] as number] = place;
  // From here on an item is known by its place in the order, so what comes next is the smallest place that waits for nothing.
  const { waitsFor, citers, ends } = citersByPlace(citations, placeOf);
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

function citersByPlace({ cited, ends: citedTo }: Citations, placeOf: Uint32Array): Citers {
  const waitsFor = new Uint32Array(placeOf.length);
  const ends = new Uint32Array(placeOf.length + 1);
  const forEach = (visit: (citedPlace: number, citingPlace: number) => void): void => {
    let at = 0;
    for (const [index, end] of citedTo.entries()) {
      const citing = placeOf[index] as number;
      for (; at < end; at += 1) if ((cited[at] as number) >= 0) visit(placeOf[cited[at] as number] as number, citing);
    }
  };
  forEach((citedPlace, citing) => {
    ends[citedPlace + 1] = (ends[citedPlace + 1] as number) + 1;
    waitsFor[citing] = (waitsFor[citing] as number) + 1;
  });
  for (let place = 0; place < placeOf.length; place += 1) ends[place + 1] = (ends[place + 1] as number) + (ends[place] as number);
  const filledTo = ends.slice();
  const citers = new Uint32Array(cited.length);
  forEach((citedPlace, citing) => {
    citers[filledTo[citedPlace] as number] = citing;
    filledTo[citedPlace] = (filledTo[citedPlace] as number) + 1;
  });
  return { waitsFor, citers, ends };
}
