import type { DraftDeps } from '../draft-deps.ts';
import type { Draft } from '../draft.ts';
import type { Arrival } from './arrival.ts';
import type { Outcome } from './outcome.ts';

/** A check that looks at the event alone, before the room is asked for its turn. */
export type DoorStep = { readonly name: string; readonly check: (arrival: Arrival) => Outcome | undefined };

/** The room that an event comes to, in its turn. */
export type RoomSite = { readonly draft: Draft; readonly deps: DraftDeps };

export type RoomStep = {
  readonly name: string;
  readonly check: (arrival: Arrival, site: RoomSite) => Outcome | undefined | Promise<Outcome | undefined>;
};
