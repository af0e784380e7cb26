import type { Generation, Requester } from '../http/route.ts';
import type { SyncToken } from '../streams/tokens.ts';
import type { CompiledSyncFilter } from '@hearth/protocol';

/** One request, resolved. */
export type SyncCall = {
  readonly requester: Requester;
  readonly generation: Generation;
  readonly filter: CompiledSyncFilter;
  /** Undefined for a first sync. */
  readonly since: SyncToken | undefined;
  readonly stateAfter: boolean;
  readonly fullState: boolean;
};
