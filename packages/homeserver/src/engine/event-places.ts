import { placesById, type PlaceRow } from './store.ts';
import type { Reader } from '@hearth/storage';

/** Ids of one query. */
const idsAtOnce = 500;

/** Where events are that are on disk, whatever room they belong to, by their ids. */
export async function placesOf(reader: Reader, eventIds: Iterable<string>): Promise<ReadonlyMap<string, PlaceRow>> {
  const ids = [...new Set(eventIds)].filter((id) => !id.includes('\0') && id.isWellFormed());
  const places = new Map<string, PlaceRow>();
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    for (const row of await reader.all(placesById, [ids.slice(start, start + idsAtOnce)])) places.set(row.event_id, row);
  }
  return places;
}
