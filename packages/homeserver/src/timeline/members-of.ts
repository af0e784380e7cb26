import type { EventRecord } from '../engine/event-record.ts';
import type { StateView } from '../engine/state-view.ts';

/** Members whose events are needed to show a page, for lazily loaded members. */
export async function membersOf(records: readonly EventRecord[], state: StateView): Promise<EventRecord[]> {
  const senders = [...new Set(records.map((record) => record.event.sender))];
  const found = await state.getMany(senders.map((sender) => ['m.room.member', sender] as const));
  return found.filter((record) => record !== undefined);
}
