import type { EventRecord } from '../../engine/event-record.ts';
import type { Projection } from '../../engine/projection.ts';
import { relationOf } from './relation-of.ts';
import { relationAdded, relationRemoved, type RelationRow } from './store.ts';

/** Rows that say which event relates to which, written with the event and taken away with its redaction. */
export const relationRows: Projection = {
  name: 'relations',
  project: ({ record, arrived }) => {
    const row = arrived ? rowOf(record) : undefined;
    return { statements: row === undefined ? [] : relationAdded(row), stream: [] };
  },
  redact: (original) => {
    const row = rowOf(original);
    return { statements: row === undefined ? [] : relationRemoved(row), stream: [] };
  },
};

function rowOf({ event, number, room, sender, stateKey }: EventRecord): RelationRow | undefined {
  const relation = relationOf(event);
  if (relation === undefined) return undefined;
  // State is replaced by state, and is in no thread.
  if (stateKey !== undefined && (relation.relType === 'm.replace' || relation.relType === 'm.thread')) return undefined;
  const { depth, originServerTs: ts, eventId } = event;
  const type = event.type.replaceAll('\0', '\uFFFD').toWellFormed();
  return { ...relation, depth, event: number, room, type, sender, ts, eventId };
}
