import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';

/** GET rooms/{roomId}/timestamp_to_event; the old name is that of MSC3030. */
export function getEventByTimestamp(timeline: TimelineService): Route {
  return route({
    method: 'GET',
    mount: [...prefixes.v1, '/_matrix/client/unstable/org.matrix.msc3030'],
    path: '/rooms/{roomId}/timestamp_to_event',
    operation: 'getEventByTimestamp',
    auth: 'guest',
    rate: 'read',
    query: Type.Object({ ts: Type.Integer({ minimum: 0 }), dir: Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])) }),
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND', 'M_MISSING_PARAM'],
    // `dir` is required on paper; forwards is what a client that leaves it out means.
    handle: ({ params, query }, requester) => timeline.eventAtTime(requester, params.roomId, { ts: query.ts, dir: query.dir ?? 'f' }),
  });
}
