import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';

/** The names of MSC4323 are served too. */
const mount = [...prefixes.v1, ...prefixes.msc4323];
const errors = ['M_FORBIDDEN', 'M_INVALID_PARAM', 'M_NOT_FOUND'];

/** GET admin/whois/{userId}: for administrators, and for everybody about themselves. */
export function getWhoIs({ moderation }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: prefixes.v3,
    path: '/admin/whois/{userId}',
    operation: 'getWhoIs',
    auth: 'user',
    rate: 'admin',
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND'],
    handle: ({ params }, requester) => moderation.whoIs(requester, params.userId),
  });
}

/** GET admin/suspend/{userId}. */
export function getAdminSuspendUser({ moderation }: AccountsService): Route {
  return route({
    method: 'GET',
    mount,
    path: '/admin/suspend/{userId}',
    operation: 'getAdminSuspendUser',
    auth: 'admin',
    rate: 'admin',
    errors,
    handle: async ({ params }) => ({ suspended: await moderation.isSuspended(params.userId) }),
  });
}

/** PUT admin/suspend/{userId}. */
export function setAdminSuspendUser({ moderation }: AccountsService): Route {
  return route({
    method: 'PUT',
    mount,
    path: '/admin/suspend/{userId}',
    operation: 'setAdminSuspendUser',
    auth: 'admin',
    rate: 'admin',
    body: Type.Object({ suspended: Type.Boolean() }),
    errors: [...errors, 'M_MISSING_PARAM'],
    handle: async ({ params, body }) => {
      await moderation.suspend(params.userId, body.suspended);
      return { suspended: body.suspended };
    },
  });
}

/** GET admin/lock/{userId}. */
export function getAdminLockUser({ moderation }: AccountsService): Route {
  return route({
    method: 'GET',
    mount,
    path: '/admin/lock/{userId}',
    operation: 'getAdminLockUser',
    auth: 'admin',
    rate: 'admin',
    errors,
    handle: async ({ params }) => ({ locked: await moderation.isLocked(params.userId) }),
  });
}

/** PUT admin/lock/{userId}. */
export function setAdminLockUser({ moderation }: AccountsService): Route {
  return route({
    method: 'PUT',
    mount,
    path: '/admin/lock/{userId}',
    operation: 'setAdminLockUser',
    auth: 'admin',
    rate: 'admin',
    body: Type.Object({ locked: Type.Boolean() }),
    errors: [...errors, 'M_MISSING_PARAM'],
    handle: async ({ params, body }) => {
      await moderation.lock(params.userId, body.locked);
      return { locked: body.locked };
    },
  });
}
