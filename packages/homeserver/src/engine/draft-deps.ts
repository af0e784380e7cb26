import type { EventReader } from './event-reader.ts';
import type { EventSigner } from './event-signer.ts';
import type { Interner } from './interner.ts';
import type { Projection } from './projection.ts';
import type { States } from './states.ts';
import type { Clock, Random } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** What building events needs. */
export type DraftDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly interner: Interner;
  readonly events: EventReader;
  readonly states: States;
  readonly signer: EventSigner;
  readonly projections: readonly Projection[];
};
