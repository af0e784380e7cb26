import type { SyncEvent } from '../../streams/stream.ts';
import { isJsonObject, type JsonObject } from '@hearth/protocol';

/**
 * The receipts of a room as one event, of which sliding sync has one a room; /sync has one for each thread. Where somebody has receipts of
 * one type at the same event in and out of threads, the one that counts for all of the room is shown.
 */
export function mergeReceipts(events: readonly SyncEvent[]): JsonObject | undefined {
  if (events.length === 0) return undefined;
  const merged = Object.create(null) as Record<string, Record<string, Record<string, JsonObject>>>;
  for (const { content } of events) {
    for (const [eventId, types] of members(content)) {
      for (const [type, users] of members(types)) {
        const ofType = ((merged[eventId] ??= Object.create(null) as Record<string, Record<string, JsonObject>>)[type] ??= Object.create(
          null,
        ) as Record<string, JsonObject>);
        for (const [userId, receipt] of members(users)) if (!ofType[userId] || !('thread_id' in receipt)) ofType[userId] = receipt;
      }
    }
  }
  return { type: 'm.receipt', content: merged };
}

function members(object: JsonObject): [string, JsonObject][] {
  return Object.entries(object).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
}
