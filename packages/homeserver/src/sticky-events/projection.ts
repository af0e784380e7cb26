import { stickyMsOf } from '../client-events/sticky.ts';
import type { Projection } from '../engine/projection.ts';
import { streamKinds } from '@hearth/storage';

/** Notes in the stream which events stick, so that they are found again however many others came after them. */
export const stickyRow: Projection = {
  name: 'sticky-events',
  project: ({ record, arrived }) => ({
    statements: [],
    stream:
      arrived && (stickyMsOf(record.event) ?? 0) > 0
        ? [{ kind: streamKinds.sticky, room: record.room, usr: null, subject: record.number, detail: null }]
        : [],
  }),
};
