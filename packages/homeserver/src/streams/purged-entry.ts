import { type StreamEntry, streamKinds, type StreamRow } from '@hearth/storage';

/** Says to all nodes that these events were purged. */
export function purgedRow(room: number, events: readonly number[]): StreamRow {
  return { kind: streamKinds.purged, room: null, usr: null, subject: room, detail: events.join(',') };
}

/** Numbers of the events that were purged. */
export function purgedEvents({ detail }: StreamEntry): readonly number[] {
  return (detail ?? '').split(',').map(Number);
}
