import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { type Requester, route, type Route } from '../../http/route.ts';
import type { ListedRoom, ListPage } from '../room-list.ts';
import type { DirectoryService } from '../service.ts';

const termLengthMax = 512;
const roomTypesMax = 50;
const limit = Type.Optional(Type.Integer({ minimum: 0 }));
const text = Type.Optional(Type.String({ maxLength: 512 }));

/** GET publicRooms. */
export function getPublicRooms({ rooms, strangersMayList }: DirectoryService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/publicRooms',
    operation: 'getPublicRooms',
    auth: 'optional',
    rate: 'search',
    query: Type.Object({ limit, since: text, server: text }),
    errors: ['M_MISSING_TOKEN', 'M_INVALID_PARAM', 'M_UNKNOWN'],
    handle: async ({ query }, requester) => {
      requireAllowed(strangersMayList, requester);
      return today(await rooms.page(query));
    },
  });
}

/** GET publicRooms as it was in 2015: `from` instead of `since`, both ends of the page named, and names that are absent are null. */
export function getPublicRooms2015({ rooms, strangersMayList }: DirectoryService): Route {
  return route({
    method: 'GET',
    mount: prefixes.api2015v1,
    path: '/publicRooms',
    operation: 'getPublicRooms',
    auth: 'optional',
    rate: 'search',
    query: Type.Object({ limit, from: text, server: text }),
    errors: ['M_MISSING_TOKEN', 'M_INVALID_PARAM', 'M_UNKNOWN'],
    handle: async ({ query: { from, ...query } }, requester) => {
      requireAllowed(strangersMayList, requester);
      const page = await rooms.page({ ...query, since: from, bothTokens: true });
      return { chunk: page.rooms.map(of2015), start: page.previous, end: page.next };
    },
  });
}

/** POST publicRooms. */
export function queryPublicRooms({ rooms }: DirectoryService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/publicRooms',
    operation: 'queryPublicRooms',
    auth: 'guest',
    rate: 'search',
    query: Type.Object({ server: text }),
    body: Type.Object({
      limit,
      since: text,
      filter: Type.Optional(
        Type.Object({
          generic_search_term: Type.Optional(Type.String({ maxLength: termLengthMax })),
          room_types: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]), { maxItems: roomTypesMax })),
        }),
      ),
      include_all_networks: Type.Optional(Type.Boolean()),
      third_party_instance_id: Type.Optional(Type.String()),
    }),
    errors: ['M_INVALID_PARAM', 'M_UNKNOWN'],
    handle: async ({ query, body }) => {
      const { limit: count, since, filter, third_party_instance_id: network } = body;
      // Lists of other networks come from application services, of which there are none.
      if (network !== undefined && network !== '') return { chunk: [], total_room_count_estimate: 0 };
      const wanted = { search: filter?.generic_search_term, roomTypes: filter?.room_types };
      return today(await rooms.page({ ...query, ...wanted, limit: count, since }));
    },
  });
}

function requireAllowed(strangersMayList: boolean, requester: Requester | undefined): void {
  if (!strangersMayList && requester === undefined)
    throw new MatrixError('M_MISSING_TOKEN', 'On this server the list of public rooms is for its users.');
}

function today({ rooms, total, next, previous }: ListPage): object {
  return {
    chunk: rooms.map(roomOfToday),
    ...(next === undefined ? {} : { next_batch: next }),
    ...(previous === undefined ? {} : { prev_batch: previous }),
    total_room_count_estimate: total,
  };
}

function roomOfToday({ room_id, joined, card: { aliases: _aliases, ...card } }: ListedRoom): object {
  return { room_id, num_joined_members: joined, ...card };
}

function of2015({ room_id, joined, card }: ListedRoom): object {
  return {
    room_id,
    aliases: card.aliases,
    name: card.name ?? null,
    topic: card.topic ?? null,
    num_joined_members: joined,
    world_readable: card.world_readable,
    guest_can_join: card.guest_can_join,
  };
}
