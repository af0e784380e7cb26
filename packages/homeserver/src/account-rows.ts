import { deviceSettingsEnd } from './account-data/index.ts';
import type { AccountStoreDeps } from './accounts/index.ts';
import { dehydratedErasure, readDehydrated } from './dehydrated-devices/store.ts';
import { delayedErasure } from './delayed-events/store.ts';
import { erasure } from './engine/erased-users.ts';
import { backupErasure } from './key-backup/store.ts';
import { eraseCrossSigning, eraseDeviceKeys } from './keys/slice.ts';
import { newProfileRows } from './profiles/service.ts';
import { profileErasure } from './profiles/store.ts';
import { pushRulesErasure } from './push/store.ts';
import { connectionErasure } from './sync/sliding/connection-store.ts';
import { queuesErasure } from './to-device/store.ts';

/** The rows of other slices that come with an account and go with it or its devices: one list for the server and for its commands. */
export const accountRows: Pick<AccountStoreDeps, 'erasers' | 'deviceErasers' | 'deviceFarewell' | 'isDehydrated' | 'newProfile'> = {
  erasers: [
    (user) => [profileErasure(user), pushRulesErasure(user), delayedErasure(user)],
    backupErasure,
    eraseCrossSigning,
    (user, { erase, at }) => (erase ? [erasure(user, at)] : []),
  ],
  deviceErasers: [eraseDeviceKeys, (user, ending) => [queuesErasure(user, ending), dehydratedErasure(user, ending)], connectionErasure],
  deviceFarewell: deviceSettingsEnd,
  isDehydrated: async (reader, user, deviceId) => (await readDehydrated(reader, user))?.device_id === deviceId,
  newProfile: newProfileRows,
};
