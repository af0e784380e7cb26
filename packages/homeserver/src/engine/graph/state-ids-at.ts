import type { RoomEngine } from '../engine.ts';
import type { EventRecord } from '../event-record.ts';
import type { StateIds } from '../receive/fetch-remote.ts';
import { authChainOf } from './auth-chain.ts';

type StateEngine = Pick<RoomEngine, 'events' | 'eventById' | 'stateAt'>;

export type StateAndChain = { readonly state: readonly EventRecord[]; readonly authChain: readonly EventRecord[] };

/** The state before an event and all that it rests on; undefined where that state is not known, or is more than one answer holds. */
export async function stateBefore(engine: StateEngine, { room, stateBefore: number }: EventRecord): Promise<StateAndChain | undefined> {
  if (number === null) return undefined;
  const state = number === 0 ? [] : await (await engine.stateAt(room, number))?.all();
  const authChain = state && (await authChainOf(engine, state));
  return authChain && { state, authChain };
}

/** The same by ids (https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1state_idsroomid). */
export async function stateIdsAt(engine: StateEngine, record: EventRecord): Promise<StateIds | undefined> {
  const found = await stateBefore(engine, record);
  return found && { stateIds: found.state.map(idOf), authChainIds: found.authChain.map(idOf) };
}

function idOf({ event }: EventRecord): string {
  return event.eventId;
}
