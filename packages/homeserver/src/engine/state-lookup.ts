import type { EventRecord } from './event-record.ts';
import type { Soon } from './soon.ts';
import type { StateView } from './state-view.ts';
import { type EventToAuthorize, type RoomVersionRules, type StateLookup, type StatePair, stateTypesFor } from '@hearth/protocol';

/** What the auth rules may ask of a state about an event, read beforehand. */
export function stateLookup(state: StateView, event: EventToAuthorize, rules: RoomVersionRules): Soon<StateLookup> {
  const pairs = stateTypesFor(event, rules);
  const records = state.getMany(pairs);
  return records instanceof Promise ? records.then((found) => lookupIn(pairs, found)) : lookupIn(pairs, records);
}

/** A handful of pairs: looking through them costs less than a map. */
function lookupIn(pairs: readonly StatePair[], records: readonly (EventRecord | undefined)[]): StateLookup {
  return (type, stateKey) => records[pairs.findIndex((pair) => pair[0] === type && pair[1] === stateKey)]?.event;
}
