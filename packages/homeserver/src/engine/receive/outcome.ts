import type { EventRecord } from '../event-record.ts';
import { reject, type Reject } from '@hearth/protocol';

/** Events that are cited and not here. */
export type Missing = { readonly authEvents: readonly string[]; readonly prevEvents: readonly string[] };

/** How a step ends an event's way through the pipeline; an event that no step stops is accepted. */
export type Outcome =
  /** Not an event of this room at all, or not by who it says: nothing of it is kept. */
  | { readonly verdict: 'dropped'; readonly refusal: Reject }
  /** Kept, so that it is not judged again. Final. */
  | { readonly verdict: 'rejected'; readonly refusal: Reject }
  /** Kept, and part of the room's graph and of state resolution, but no end of the room and not shown. */
  | { readonly verdict: 'soft-failed'; readonly refusal: Reject }
  /** Cannot be judged yet. Nothing is kept; it may come again when what is missing is here. */
  | { readonly verdict: 'incomplete'; readonly missing: Missing }
  /** Was judged before. */
  | { readonly verdict: 'known'; readonly record: EventRecord };

export function dropped(rule: string, reason: string): Outcome {
  return { verdict: 'dropped', refusal: reject(rule, reason) };
}

export function rejected(refusal: Reject): Outcome {
  return { verdict: 'rejected', refusal };
}
