import type { StateView } from './state-view.ts';
import { type EventToAuthorize, type RoomVersionRules, type StateLookup, stateTypesFor } from '@hearth/protocol';

/** What the auth rules may ask of a state about an event, read beforehand. */
export async function stateLookup(state: StateView, event: EventToAuthorize, rules: RoomVersionRules): Promise<StateLookup> {
  const pairs = stateTypesFor(event, rules);
  const records = await state.getMany(pairs);
  // A handful of pairs: looking through them costs less than a map.
  return (type, stateKey) => records[pairs.findIndex((pair) => pair[0] === type && pair[1] === stateKey)]?.event;
}
