/** The kind of the job that carries a changed profile into the rooms (jobs/propagate-profile.ts). */
export const propagateProfileJob = 'profiles-propagate';
