import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { Reports } from '../service.ts';

/** Longest reason that is taken, in characters: a page of text. */
const reasonCharsMax = 2_000;
const reason = Type.String({ maxLength: reasonCharsMax });

/** Rooms are reported under the name of MSC4151 too. */
const unstable = '/_matrix/client/unstable/org.matrix.msc4151';

/** POST rooms/{roomId}/report/{eventId}. */
export function reportEvent(reports: Reports): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/report/{eventId}',
    operation: 'reportEvent',
    auth: 'user',
    rate: 'report',
    // The score of clients before 1.18 is not looked at.
    body: Type.Object({ reason: Type.Optional(reason) }),
    errors: ['M_NOT_FOUND'],
    handle: async ({ params, body }, requester) => {
      await reports.event(requester, params.roomId, params.eventId, body.reason ?? '');
      return {};
    },
  });
}

/** POST rooms/{roomId}/report. */
export function reportRoom(reports: Reports): Route {
  return route({
    method: 'POST',
    mount: [...prefixes.v3, unstable],
    path: '/rooms/{roomId}/report',
    operation: 'reportRoom',
    auth: 'user',
    rate: 'report',
    body: Type.Object({ reason }),
    errors: ['M_NOT_FOUND', 'M_MISSING_PARAM'],
    handle: async ({ params, body }, requester) => {
      await reports.room(requester, params.roomId, body.reason);
      return {};
    },
  });
}

/** POST users/{userId}/report. */
export function reportUser(reports: Reports): Route {
  return route({
    method: 'POST',
    mount: prefixes.v3,
    path: '/users/{userId}/report',
    operation: 'reportUser',
    auth: 'user',
    rate: 'report',
    body: Type.Object({ reason }),
    errors: ['M_NOT_FOUND', 'M_MISSING_PARAM'],
    handle: async ({ params, body }, requester) => {
      await reports.user(requester, params.userId, body.reason);
      return {};
    },
  });
}
