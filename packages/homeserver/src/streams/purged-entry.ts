import { type StreamEntry, streamKinds, type StreamRow } from '@hearth/storage';

/** Says to all nodes that these events were purged. */
export function purgedRow(room: number, events: readonly number[]): StreamRow {
  return { kind: streamKinds.purged, room: null, usr: null, subject: room, detail: events.join(',') };
}

/** Says to all nodes that a room is there no more. */
export function deletedRow(room: number): StreamRow {
  return { kind: streamKinds.purged, room: null, usr: null, subject: room, detail: null };
}

export function isWholeRoom({ kind, detail }: StreamEntry): boolean {
  return kind === streamKinds.purged && detail === null;
}

/** Numbers of the events that were purged; none where it was a whole room. */
export function purgedEvents({ detail }: StreamEntry): readonly number[] {
  return detail === null ? [] : detail.split(',').map(Number);
}
