import type { JsonValue } from '@hearth/protocol';

/** Ids of the state before an event, and of all that this rests on. */
export type StateIds = { readonly stateIds: readonly string[]; readonly authChainIds: readonly string[] };

/**
 * What the engine asks of a server that is in a room. Whoever implements it bounds and parses what comes, and fetches the keys of what it
 * hands over, so that `keyOf` knows them; whether any of it is true is judged by the engine. Undefined where nothing came.
 */
export type FetchRemote = {
  /** https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1state_idsroomid */
  readonly stateIds: (roomId: string, eventId: string) => Promise<StateIds | undefined>;
  /** The same with the events themselves, for when most of them are not here. */
  readonly state: (roomId: string, eventId: string) => Promise<readonly JsonValue[] | undefined>;
  /** At most 100 single events, in the order of their ids. */
  readonly events: (roomId: string, eventIds: readonly string[]) => Promise<readonly (JsonValue | undefined)[]>;
};
