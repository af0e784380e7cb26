import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';

const direction = Type.Union([Type.Literal('b'), Type.Literal('f')]);
const query = Type.Object({
  from: Type.Optional(Type.String()),
  to: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1 })),
  dir: Type.Optional(direction),
  recurse: Type.Optional(Type.Boolean()),
});
const common = {
  method: 'GET',
  mount: prefixes.v1,
  auth: 'guest',
  rate: 'read',
  query,
  errors: ['M_NOT_FOUND', 'M_BAD_PAGINATION'],
} as const;

type Asked = {
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly dir?: 'b' | 'f';
  readonly recurse?: boolean;
};
const withDefaults = (asked: Asked) => ({ ...asked, dir: asked.dir ?? 'b', recurse: asked.recurse ?? false }) as const;

/** GET rooms/{roomId}/relations/{eventId}. */
export function getRelatingEvents(timeline: TimelineService): Route {
  return route({
    ...common,
    path: '/rooms/{roomId}/relations/{eventId}',
    operation: 'getRelatingEvents',
    handle: ({ params, query: asked }, requester) =>
      timeline.relations(requester, { ...params, relType: '', eventType: '' }, withDefaults(asked)),
  });
}

/** GET rooms/{roomId}/relations/{eventId}/{relType}. */
export function getRelatingEventsWithRelType(timeline: TimelineService): Route {
  return route({
    ...common,
    path: '/rooms/{roomId}/relations/{eventId}/{relType}',
    operation: 'getRelatingEventsWithRelType',
    handle: ({ params, query: asked }, requester) => timeline.relations(requester, { ...params, eventType: '' }, withDefaults(asked)),
  });
}

/** GET rooms/{roomId}/relations/{eventId}/{relType}/{eventType}. */
export function getRelatingEventsWithRelTypeAndEventType(timeline: TimelineService): Route {
  return route({
    ...common,
    path: '/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}',
    operation: 'getRelatingEventsWithRelTypeAndEventType',
    handle: ({ params, query: asked }, requester) => timeline.relations(requester, params, withDefaults(asked)),
  });
}
