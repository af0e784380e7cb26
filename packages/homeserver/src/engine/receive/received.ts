import type { EventRecord } from '../event-record.ts';
import type { KeyOf } from './arrival.ts';
import type { Missing } from './outcome.ts';
import type { Reject } from '@hearth/protocol';

export type ReceiveOptions = { readonly keyOf: KeyOf };

/** What became of one event that others made. */
export type Received = {
  /** Undefined for what is not an event. */
  readonly eventId: string | undefined;
  /** `dropped` and `incomplete` leave nothing behind. */
  readonly verdict: EventRecord['verdict'] | 'dropped';
  /** It was here before; the verdict is the one of then. */
  readonly repeated: boolean;
  readonly record?: EventRecord;
  /** Which rule stopped it, and why. */
  readonly refusal?: Reject;
  /** What has to come before it can be judged. */
  readonly missing?: Missing;
};
