/** The kind of the job that ends an upgrade: stored, never change it. */
export const finishUpgradeJob = 'rooms-finish-upgrade';
