import type { DeviceEraser, Eraser } from '../accounts/index.ts';
import type { Slice } from '../slice.ts';
import { KeyClaims } from './claim.ts';
import { claimKeys } from './client-api/claim-keys.ts';
import { uploadCrossSigningKeys, uploadCrossSigningSignatures } from './client-api/cross-signing.ts';
import { getKeysChanges } from './client-api/key-changes.ts';
import { queryKeys } from './client-api/query-keys.ts';
import { uploadKeys, uploadKeysOf2015 } from './client-api/upload-keys.ts';
import { crossSigningErasure, deviceSignaturesDeletion } from './cross-signing-store.ts';
import { CrossSigning } from './cross-signing.ts';
import type { KeysDeps } from './deps.ts';
import { KeyChanges } from './key-changes.ts';
import { DeviceKeyCounts } from './key-counts.ts';
import { KeyQueries } from './query.ts';
import type { KeysService } from './service.ts';
import { Signatures } from './signatures.ts';
import { deviceKeysDeletion } from './store.ts';
import { deviceListsSection, keyCountsSection } from './stream.ts';
import { KeyUpload } from './upload.ts';
import type { StreamEntry } from '@hearth/storage';

export type KeysSlice = Slice & {
  readonly uploads: KeyUpload;
  /** A consumer of the tail: what is kept in mind of devices' keys follows what changed. */
  readonly consume: (entries: readonly StreamEntry[]) => void;
};

/** Public keys of devices and people: what end-to-end encryption needs of a server. */
export function createKeys(deps: KeysDeps): KeysSlice {
  const counts = new DeviceKeyCounts(deps.database);
  const service: KeysService = {
    uploads: new KeyUpload(deps),
    queries: new KeyQueries(deps),
    claims: new KeyClaims(deps),
    keyChanges: new KeyChanges(deps),
    crossSigning: new CrossSigning(deps),
    signatures: new Signatures(deps),
  };
  const routes = [
    uploadKeys,
    uploadKeysOf2015,
    queryKeys,
    claimKeys,
    getKeysChanges,
    uploadCrossSigningKeys,
    uploadCrossSigningSignatures,
  ].map((make) => make(service));
  return {
    name: 'keys',
    routes,
    streams: [deviceListsSection(deps), keyCountsSection(counts)],
    jobs: [],
    projections: [],
    uploads: service.uploads,
    consume: counts.consume,
  };
}

/** For accounts: what ends with devices, and with the account. */
export const eraseDeviceKeys: DeviceEraser = (user, ending) => [
  ...deviceKeysDeletion(user, ending),
  deviceSignaturesDeletion(user, ending),
];
export const eraseCrossSigning: Eraser = (user) => crossSigningErasure(user);
