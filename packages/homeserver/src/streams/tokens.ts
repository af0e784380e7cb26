/**
 * Tokens that clients hand back. There are two kinds, and every endpoint that pages through a room takes both:
 * - a *sync token* is a place in the stream: database incarnation, position, node epoch, ephemeral position, and where the client
 *   stands in its device's messages if these lag behind;
 * - a *timeline token* is a gap in a room's timeline order: the gap after the event (depth, number).
 *
 * They are opaque to clients, never stored, and checked strictly: what we did not write is no token.
 */
export type SyncToken = {
  readonly kind: 'sync';
  /** First characters of the database's incarnation: a token of another life of the database means an initial sync. */
  readonly incarnation: string;
  readonly position: number;
  /** The node's life in which `ephemeral` counts; another one's token gets full current typing. */
  readonly epoch: string;
  readonly ephemeral: number;
  /** Messages to the device are told up to here: `position`, or before it when there were too many for one answer. */
  readonly toDevice: number;
};
export type TimelineToken = { readonly kind: 'timeline'; readonly depth: number; readonly number: number };

const incarnationLength = 8;
const syncForm = /^s([A-Za-z0-9-]{8})_(\d{1,16})_([a-z0-9]{1,16})_(\d{1,16})(?:_(\d{1,16}))?$/;
const timelineForm = /^t(\d{1,16})_(\d{1,16})$/;

export function shortIncarnation(incarnation: string): string {
  return incarnation.replaceAll('_', '-').slice(0, incarnationLength).padEnd(incarnationLength, '0');
}

export function writeSyncToken({ incarnation, position, epoch, ephemeral, toDevice }: Omit<SyncToken, 'kind'>): string {
  return `s${incarnation}_${position}_${epoch}_${ephemeral}${toDevice === position ? '' : `_${toDevice}`}`;
}

/** The gap right after an event. */
export function gapAfter(event: { readonly depth: number; readonly number: number }): TimelineToken {
  return { kind: 'timeline', depth: event.depth, number: event.number };
}

/** The gap right before an event. */
export function gapBefore(event: { readonly depth: number; readonly number: number }): TimelineToken {
  return { kind: 'timeline', depth: event.depth, number: event.number - 1 };
}

export function writeTimelineToken({ depth, number }: Omit<TimelineToken, 'kind'>): string {
  return `t${depth}_${number}`;
}

/** Undefined for what is no token of ours. */
export function parseToken(text: string): SyncToken | TimelineToken | undefined {
  const sync = syncForm.exec(text);
  if (sync) {
    const [, incarnation = '', position, epoch = '', ephemeral, toDevice = position] = sync;
    return safe({
      kind: 'sync',
      incarnation,
      position: Number(position),
      epoch,
      ephemeral: Number(ephemeral),
      toDevice: Math.min(Number(toDevice), Number(position)),
    });
  }
  const timeline = timelineForm.exec(text);
  if (timeline) return safe({ kind: 'timeline', depth: Number(timeline[1]), number: Number(timeline[2]) });
  return undefined;
}

function safe<Token extends SyncToken | TimelineToken>(token: Token): Token | undefined {
  return Object.values(token).every((part) => typeof part !== 'number' || Number.isSafeInteger(part)) ? token : undefined;
}
