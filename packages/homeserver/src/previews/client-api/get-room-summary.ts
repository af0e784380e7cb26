import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { PreviewsService } from '../service.ts';
import type { JsonObject } from '@hearth/protocol';

/** GET v1/room_summary/{roomIdOrAlias}. `via` names servers to ask; rooms of this server need none. */
export function getRoomSummary(previews: PreviewsService): Route {
  return route({
    ...summaryRoute,
    mount: prefixes.v1,
    path: '/room_summary/{roomIdOrAlias}',
    operation: 'getRoomSummary',
    handle: async ({ params }, requester) => previews.summary(requester, params.roomIdOrAlias),
  });
}

/** The same before it was stable, in its two places. */
export function getRoomSummaryUnstable(previews: PreviewsService): Route {
  return route({
    ...summaryRoute,
    mount: prefixes.msc3266,
    path: '/summary/{roomIdOrAlias}',
    operation: 'getRoomSummaryUnstable',
    handle: async ({ params }, requester) => withOlderNames(await previews.summary(requester, params.roomIdOrAlias)),
  });
}

export function getRoomSummaryUnder(previews: PreviewsService): Route {
  return route({
    ...summaryRoute,
    mount: prefixes.msc3266,
    path: '/rooms/{roomIdOrAlias}/summary',
    operation: 'getRoomSummaryUnder',
    handle: async ({ params }, requester) => withOlderNames(await previews.summary(requester, params.roomIdOrAlias)),
  });
}

/** Clients that ask at the older places look for these. */
function withOlderNames(summary: JsonObject): JsonObject {
  const { room_version: version = '', encryption } = summary;
  return {
    ...summary,
    'im.nheko.summary.version': version,
    'im.nheko.summary.room_version': version,
    ...(encryption === undefined ? {} : { 'im.nheko.summary.encryption': encryption }),
  };
}

const summaryRoute = { method: 'GET', auth: 'optional', rate: 'search', errors: ['M_NOT_FOUND', 'M_INVALID_PARAM'] } as const;
