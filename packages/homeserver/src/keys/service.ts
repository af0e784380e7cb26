import type { KeyClaims } from './claim.ts';
import type { CrossSigning } from './cross-signing.ts';
import type { KeyChanges } from './key-changes.ts';
import type { KeyQueries } from './query.ts';
import type { Signatures } from './signatures.ts';
import type { KeyUpload } from './upload.ts';

/** What the keys slice does, for its routes. */
export type KeysService = {
  readonly uploads: KeyUpload;
  readonly queries: KeyQueries;
  readonly claims: KeyClaims;
  readonly keyChanges: KeyChanges;
  readonly crossSigning: CrossSigning;
  readonly signatures: Signatures;
};
