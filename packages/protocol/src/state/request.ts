import type { StatePair } from '../auth/auth-types.ts';
import type { EventToAuthorize } from '../auth/context.ts';
/**
 * State resolution is a generator: it yields what it needs to know about some events, the caller answers, and so on
 * until it returns. The caller decides where the facts come from and where the work runs, and it may give up at any
 * time by not answering any more.
 */
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';

/** An event's place in the graph of auth events. */
export type EdgeFact = {
  readonly number: number;
  /**
   * Any integer that is greater than the rank of each of the event's auth events, fixed when the event is stored. One more
   * than the largest rank among the auth events will do (create: 0), so will the order of storing in the room. The
   * event's own `depth` will not: its sender chose it. A rank that is out of order is a broken invariant and throws.
   */
  readonly rank: number;
  readonly authEvents: readonly number[];
};

/** All that resolution reads of an event. */
export type EventFact = EdgeFact & {
  /** Number of the pair (type, state key). */
  readonly key: number;
  readonly event: EventToAuthorize & { readonly depth: number; readonly originServerTs: number };
  /** Rejected when it was received: never enters the state, and authorises nothing. */
  readonly rejected: boolean;
};

/** State events that name an event in their `auth_events`. */
export type CitersFact = {
  /** Newest first by whatever order the store has; `unconflicted`: this event is in the unconflicted state. */
  readonly citers: readonly { readonly number: number; readonly unconflicted: boolean }[];
  /** Where to continue, when there are more. */
  readonly next: number | undefined;
};

export type ResolutionRequest =
  /** Answer: `EdgeFact[]` in any order. Unknown numbers are left out; facts of further events may be added. */
  | { readonly need: 'edges'; readonly numbers: readonly number[] }
  /** Answer: `EventFact[]` in any order. Unknown numbers are left out; facts of further events may be added. */
  | { readonly need: 'events'; readonly numbers: readonly number[] }
  /** Answer: the event numbers of these pairs in the unconflicted state, `undefined` where it has none, in this order. */
  | { readonly need: 'unconflicted'; readonly pairs: readonly StatePair[] }
  /** Answer: `CitersFact[]` in this order; a page is as long as the store likes. Only asked when `unconflicted` is `'ask'`. */
  | { readonly need: 'citers'; readonly of: readonly CitersPage[] }
  /**
   * Nothing is needed, and any answer will do: so much was computed since the last turn that others should have one. `work` is what it
   * has cost so far.
   */
  | { readonly need: 'turn'; readonly work: Readonly<ResolutionWork> };
export type CitersPage = { readonly number: number; readonly from: number | undefined };

export type ResolutionResponse = readonly EdgeFact[] | readonly EventFact[] | readonly (number | undefined)[] | readonly CitersFact[];

export type ResolutionInput = {
  readonly rules: RoomVersionRules;
  /** The room's create event. */
  readonly create: number;
  /**
   * One map per state, key number to event number, with just the keys on which the states differ (a key that some
   * state lacks differs). The difference of state tries yields them without reading what the states share.
   */
  readonly sets: readonly ReadonlyMap<number, number>[];
  /**
   * The events of the unconflicted state, for small rooms or for a store that has no index from auth events to the state
   * events that cite them; `'ask'` otherwise: then the unconflicted state is only asked about what matters.
   */
  readonly unconflicted: 'ask' | readonly number[];
  /** See `SignatureFacts.verifySigned`. */
  readonly verifySigned: (signed: JsonObject, publicKey: string, signature: string) => boolean;
};

/** What a resolution cost, in counts that do not depend on the machine. */
export type ResolutionWork = {
  requests: number;
  /** Events whose edges were read, and events read in full. */
  edges: number;
  events: number;
  /** Citing events that were looked at. */
  citers: number;
  /** Authorisation checks. */
  checks: number;
  /** All that was computed, in steps of about a microsecond of a slow machine. */
  steps: number;
};

export type Resolution = {
  /**
   * The resolved events by key: together with the unconflicted state they are the new state. A key of the conflicting
   * sets that is absent here is absent from the new state.
   */
  readonly state: ReadonlyMap<number, number>;
  readonly work: Readonly<ResolutionWork>;
};

export type Steps<T> = Generator<ResolutionRequest, T, ResolutionResponse>;

/** Answers to requests for callers that have everything in memory. */
export type ResolutionSource = {
  readonly edges: (numbers: readonly number[]) => readonly EdgeFact[];
  readonly events: (numbers: readonly number[]) => readonly EventFact[];
  readonly unconflicted: (pairs: readonly StatePair[]) => readonly (number | undefined)[];
  readonly citers: (of: readonly CitersPage[]) => readonly CitersFact[];
};

/** Runs a resolution to its end against facts in memory. */
export function runResolution<T>(steps: Steps<T>, source: ResolutionSource): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next(answer(source, step.value));
  return step.value;
}

/** The answer to one request. */
export function answer(source: ResolutionSource, request: ResolutionRequest): ResolutionResponse {
  switch (request.need) {
    case 'edges':
      return source.edges(request.numbers);
    case 'events':
      return source.events(request.numbers);
    case 'unconflicted':
      return source.unconflicted(request.pairs);
    case 'citers':
      return source.citers(request.of);
    case 'turn':
      return [];
  }
}
