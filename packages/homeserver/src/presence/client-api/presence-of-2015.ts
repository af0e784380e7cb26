import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { Shown } from '../presences.ts';
import type { PresenceService } from '../service.ts';
import type { JsonObject } from '@hearth/protocol';

/** PUT and GET presence/{userId}/status as they were in 2015, and the list of people whose presence one wants to see. */
export function presenceRoutesOf2015(service: PresenceService): Route[] {
  const common = { mount: prefixes.api2015v1, auth: 'user' } as const;
  const people = Type.Optional(Type.Array(Type.String()));
  return [
    route({
      ...common,
      method: 'PUT',
      path: '/presence/{userId}/status',
      operation: 'setPresence2015',
      rate: 'write',
      body: Type.Object({
        presence: Type.Union(['online', 'offline', 'unavailable', 'free_for_chat', 'hidden'].map((word) => Type.Literal(word))),
        status_msg: Type.Optional(Type.String()),
      }),
      errors: ['M_FORBIDDEN'],
      handle: async ({ params, body }, requester) => {
        await service.say(requester, params.userId, body.presence, body.status_msg);
        return {};
      },
    }),
    route({
      ...common,
      method: 'GET',
      path: '/presence/{userId}/status',
      operation: 'getPresence2015',
      rate: 'read',
      errors: ['M_NOT_FOUND'],
      handle: async ({ params }, requester) => {
        const seen = await service.of(requester, params.userId);
        if (!seen) throw new MatrixError('M_NOT_FOUND', `Nothing is known of ${params.userId}.`);
        return { ...shown(seen), status_msg: seen.statusMsg ?? null };
      },
    }),
    route({
      ...common,
      method: 'POST',
      path: '/presence/list/{userId}',
      operation: 'modifyPresenceList2015',
      rate: 'write',
      body: Type.Object({ invite: people, drop: people }),
      errors: ['M_FORBIDDEN', 'M_NOT_FOUND'],
      handle: async ({ params, body }, requester) => {
        await service.changeList(requester, params.userId, body.invite ?? [], body.drop ?? []);
        return {};
      },
    }),
    route({
      ...common,
      method: 'GET',
      path: '/presence/list/{userId}',
      operation: 'getPresenceList2015',
      rate: 'read',
      errors: ['M_FORBIDDEN'],
      handle: async ({ params }, requester) => {
        const list = await service.list(requester, params.userId);
        return list.map((each) => ({ type: 'm.presence', content: { user_id: each.userId, ...shown(each), ...each.profile } }));
      },
    }),
  ];
}

function shown({ state, isFree, activeAgoMs }: Omit<Shown, 'userId'>): JsonObject {
  const presence = state === 'online' && isFree ? 'free_for_chat' : state;
  return { presence, ...(activeAgoMs === undefined ? {} : { last_active_ago: activeAgoMs }) };
}
