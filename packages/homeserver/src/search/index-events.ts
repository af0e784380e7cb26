import type { RoomEngine } from '../engine/engine.ts';
import type { Projection } from '../engine/projection.ts';
import type { Follower } from '../streams/follower.ts';
import { purgedEvents } from '../streams/purged-entry.ts';
import { termsOfEvent } from './indexed-text.ts';
import { wordsAdded, wordsRemoved } from './store.ts';
import { streamKinds } from '@hearth/storage';

/** Names the index's follower, its cursor and its lease: never change it. */
export const searchFollower = 'search';

/** Puts the words of events into the index, a moment after they were sent: nobody waits for that. */
export function indexEvents(engine: Pick<RoomEngine, 'events'>): Follower {
  return {
    name: searchFollower,
    kinds: new Set([streamKinds.event, streamKinds.redaction, streamKinds.purged]),
    follow: async (entries) => {
      const sent = entries.filter(({ kind }) => kind === streamKinds.event).map(({ subject }) => subject);
      const records = await engine.events(sent);
      const added = records.flatMap((record) => {
        const terms = record?.redactedBy === null ? termsOfEvent(record.event, record.room) : undefined;
        return record === undefined || terms === undefined ? [] : [wordsAdded(record.number, terms)];
      });
      // Its words may have been read before the redaction and be written after it: then they go now.
      const redacted = entries.filter(({ kind }) => kind === streamKinds.redaction).map(({ subject }) => wordsRemoved(subject));
      const purged = entries
        .filter(({ kind }) => kind === streamKinds.purged)
        .flatMap(purgedEvents)
        .map(wordsRemoved);
      return [...added, ...redacted, ...purged];
    },
  };
}

/** A redacted event's words go with its content, in the same commit (EA-10). */
export const forgetRedactedWords: Projection = {
  name: 'search',
  project: () => ({ statements: [], stream: [] }),
  redact: ({ number, event, room }) => ({
    statements: termsOfEvent(event, room) === undefined ? [] : [wordsRemoved(number)],
    stream: [],
  }),
};
