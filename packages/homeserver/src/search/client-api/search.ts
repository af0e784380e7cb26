import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { Search } from '../search.ts';

/** Longest search term, in characters. */
const termCharsMax = 1_000;
/** Entries of the request's lists. */
const listMax = 10;

const limit = Type.Optional(Type.Integer({ minimum: 0 }));
const key = Type.Union([Type.Literal('content.body'), Type.Literal('content.name'), Type.Literal('content.topic')]);
const roomEvents = Type.Object({
  search_term: Type.String({ maxLength: termCharsMax }),
  keys: Type.Optional(Type.Array(key, { maxItems: listMax })),
  filter: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  order_by: Type.Optional(Type.Union([Type.Literal('recent'), Type.Literal('rank')])),
  event_context: Type.Optional(Type.Object({ before_limit: limit, after_limit: limit, include_profile: Type.Optional(Type.Boolean()) })),
  include_state: Type.Optional(Type.Boolean()),
  groupings: Type.Optional(
    Type.Object({
      group_by: Type.Optional(
        Type.Array(Type.Object({ key: Type.Optional(Type.Union([Type.Literal('room_id'), Type.Literal('sender')])) }), {
          maxItems: listMax,
        }),
      ),
    }),
  ),
});

/** POST search. */
export function postSearch(search: Search): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/search',
    operation: 'search',
    auth: 'user',
    rate: 'search',
    query: Type.Object({ next_batch: Type.Optional(Type.String()) }),
    body: Type.Object({ search_categories: Type.Object({ room_events: Type.Optional(roomEvents) }) }),
    errors: ['M_BAD_JSON', 'M_INVALID_PARAM'],
    handle: async ({ body, query }, requester) => {
      const asked = body.search_categories.room_events;
      if (asked === undefined) return { search_categories: {} };
      return { search_categories: { room_events: await search.roomEvents(requester, asked, query.next_batch) } };
    },
  });
}
