import type { Slice } from '../slice.ts';
import { deleteProfileField, getProfileField, getUserProfile, profileRoutesOf2015, setProfileField } from './client-api/profile.ts';
import type { ProfilesDeps } from './deps.ts';
import { propagateProfile } from './jobs/propagate-profile.ts';
import { ProfilesService } from './service.ts';
import type { JsonObject } from '@hearth/protocol';

export type ProfilesSlice = Slice & {
  readonly service: ProfilesService;
  /** `displayname` and `avatar_url` for a local user's member events. */
  readonly memberProfile: (userId: string) => Promise<JsonObject>;
};

/** Profiles: names, pictures and whatever else people tell about themselves. */
export function createProfiles(deps: ProfilesDeps): ProfilesSlice {
  const service = new ProfilesService(deps);
  return {
    name: 'profiles',
    routes: [
      ...[getUserProfile, getProfileField, setProfileField, deleteProfileField].map((make) => make(service)),
      ...profileRoutesOf2015(service),
    ],
    streams: [],
    jobs: [propagateProfile({ ...deps, memberProfileOf: (user) => service.memberProfileOf(user) })],
    projections: [],
    service,
    memberProfile: (userId) => service.memberProfile(userId),
  };
}
