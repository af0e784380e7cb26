import type { EventVerdict } from '../engine/event-record.ts';
import type { GraphEvent } from './room-graph.ts';

/** The start of an event id: enough to tell events of a graph apart, and to search for. */
export function shortId(eventId: string): string {
  return `${eventId.slice(0, 9)}${eventId.length > 9 ? '…' : ''}`;
}

/** `m.room.member @bob:example.org → ban` */
export function whatItDoes({ type, state_key, membership, redacted }: GraphEvent): string {
  const key = state_key === undefined || state_key === '' ? '' : ` ${state_key}`;
  const becomes = membership === undefined ? '' : ` → ${membership}`;
  return `${type}${key}${becomes}${redacted === true ? ' (redacted)' : ''}`;
}

/** `rule 4.3: the sender is not in the room`; undefined for what was not refused. */
export function whyRefused({ rule, reason }: GraphEvent): string | undefined {
  return reason === undefined ? undefined : `rule ${rule}: ${reason}`;
}

/** What a verdict means, for a reader who sees the word for the first time. */
export const verdictMeanings: Readonly<Record<EventVerdict, string>> = {
  accepted: 'lawful when it was sent, and now',
  'soft-failed': 'lawful when it was sent, but not by the state now: in the graph, shown to nobody',
  rejected: 'never lawful: in no state',
  incomplete: 'something that it rests on is missing: judged again when that comes',
};
