import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { type Requester, route, type Route } from '../../http/route.ts';
import type { ProfilesService } from '../service.ts';
import { type JsonObject, jsonObjectFrom } from '@hearth/protocol';

/** GET profile/{userId}. */
export function getUserProfile(profiles: ProfilesService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/profile/{userId}',
    operation: 'getUserProfile',
    auth: 'none',
    rate: 'read',
    errors: ['M_NOT_FOUND', 'M_INVALID_PARAM'],
    handle: async ({ params }) => profiles.profile(params.userId),
  });
}

/** GET profile/{userId}/{keyName}. */
export function getProfileField(profiles: ProfilesService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/profile/{userId}/{keyName}',
    operation: 'getProfileField',
    auth: 'none',
    rate: 'read',
    errors: ['M_NOT_FOUND', 'M_INVALID_PARAM', 'M_KEY_TOO_LARGE'],
    handle: async ({ params }) => jsonObjectFrom([[params.keyName, await profiles.field(params.userId, params.keyName)]]),
  });
}

/** PUT profile/{userId}/{keyName}. */
export function setProfileField(profiles: ProfilesService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/profile/{userId}/{keyName}',
    operation: 'setProfileField',
    auth: 'guest',
    rate: 'write',
    body: Type.Record(Type.String(), Type.Unknown()),
    errors: ['M_FORBIDDEN', 'M_GUEST_ACCESS_FORBIDDEN', 'M_MISSING_PARAM', 'M_INVALID_PARAM', 'M_KEY_TOO_LARGE', 'M_PROFILE_TOO_LARGE'],
    handle: async ({ params, body }, requester) => {
      refuseToGuests(requester, params.keyName);
      await profiles.set(requester, params.userId, params.keyName, body as JsonObject);
      return {};
    },
  });
}

/** DELETE profile/{userId}/{keyName}; nothing happens if it is not set. */
export function deleteProfileField(profiles: ProfilesService): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/profile/{userId}/{keyName}',
    operation: 'deleteProfileField',
    auth: 'guest',
    rate: 'write',
    errors: ['M_FORBIDDEN', 'M_GUEST_ACCESS_FORBIDDEN', 'M_INVALID_PARAM', 'M_KEY_TOO_LARGE'],
    handle: async ({ params }, requester) => {
      refuseToGuests(requester, params.keyName);
      await profiles.remove(requester, params.userId, params.keyName);
      return {};
    },
  });
}

/** Guests may say what they are called, and no more (client-server API, "Guest Access"). */
function refuseToGuests({ isGuest }: Requester, field: string): void {
  if (isGuest && field !== 'displayname') throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests may only change their display name.');
}

/** GET and PUT of the two fields that the API of 2015 had, each as an operation of its own with one key in its body. */
export function profileRoutesOf2015(profiles: ProfilesService): Route[] {
  return (['displayname', 'avatar_url'] as const).flatMap((field) => [
    route({
      method: 'GET',
      mount: prefixes.api2015v1,
      path: `/profile/{userId}/${field}`,
      operation: `getProfileField2015 ${field}`,
      auth: 'none',
      rate: 'read',
      errors: ['M_NOT_FOUND', 'M_INVALID_PARAM'],
      handle: async ({ params }) => jsonObjectFrom([[field, await profiles.field(params.userId, field)]]),
    }),
    route({
      method: 'PUT',
      mount: prefixes.api2015v1,
      path: `/profile/{userId}/${field}`,
      operation: `setProfileField2015 ${field}`,
      auth: 'guest',
      rate: 'write',
      body: Type.Object({ [field]: Type.String() }),
      errors: ['M_FORBIDDEN', 'M_GUEST_ACCESS_FORBIDDEN', 'M_MISSING_PARAM', 'M_INVALID_PARAM', 'M_PROFILE_TOO_LARGE'],
      handle: async ({ params, body }, requester) => {
        refuseToGuests(requester, field);
        await profiles.set(requester, params.userId, field, body);
        return {};
      },
    }),
  ]);
}
