import { type Static, Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { RequiredState } from './required-state.ts';

/** Lists of one request (MSC4186), ranges of a list, rooms subscribed to, and pairs of `required_state` in one place. */
const listsMax = 100;
const rangesMax = 100;
const subscriptionsMax = 1_000;
const requiredMax = 200;
/** Rooms, types and tags named by one filter. */
const namesMax = 200;
/** Characters of a connection's or list's name, of a type, a state key or a transaction id. */
const textMax = 255;
/** Events of one room in one answer, at most. */
export const timelineMost = 100;

const optional = Type.Optional;
const texts = Type.Array(Type.String());
const roomConfig = {
  timeline_limit: Type.Integer({ minimum: 0 }),
  required_state: optional(Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }))),
};
const range = Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 });
const roomTypes = optional(Type.Array(Type.Union([Type.String(), Type.Null()])));
const filters = Type.Object({
  is_dm: optional(Type.Boolean()),
  spaces: optional(texts),
  is_encrypted: optional(Type.Boolean()),
  is_invite: optional(Type.Boolean()),
  is_invited: optional(Type.Boolean()),
  room_types: roomTypes,
  not_room_types: roomTypes,
  room_name_like: optional(Type.String()),
  tags: optional(texts),
  not_tags: optional(texts),
});
const extension = { enabled: optional(Type.Boolean()) };
const extensionOfRooms = Type.Object({ ...extension, lists: optional(texts), rooms: optional(texts) });
const extensionWithSince = Type.Object({ ...extension, since: optional(Type.String()), limit: optional(Type.Integer({ minimum: 0 })) });
const presence = Type.Union([Type.Literal('offline'), Type.Literal('online'), Type.Literal('unavailable')]);

export const queryForm = Type.Object({
  pos: optional(Type.String()),
  timeout: optional(Type.Integer({ minimum: 0 })),
  set_presence: optional(presence),
});

/** `pos`, `timeout` and `set_presence` are in the query, or, as the proposal has it by now, in the body. */
export const bodyForm = Type.Object({
  conn_id: optional(Type.String()),
  txn_id: optional(Type.String()),
  pos: optional(Type.String()),
  timeout: optional(Type.Integer({ minimum: 0 })),
  set_presence: optional(presence),
  lists: optional(
    Type.Record(
      Type.String(),
      Type.Object({ ...roomConfig, ranges: optional(Type.Array(range)), range: optional(range), filters: optional(filters) }),
    ),
  ),
  room_subscriptions: optional(Type.Record(Type.String(), Type.Object(roomConfig))),
  extensions: optional(
    Type.Object({
      to_device: optional(extensionWithSince),
      e2ee: optional(Type.Object(extension)),
      account_data: optional(extensionOfRooms),
      receipts: optional(extensionOfRooms),
      typing: optional(extensionOfRooms),
    }),
  ),
});

type Body = Static<typeof bodyForm>;
export type ListFilters = Static<typeof filters>;
export type Extensions = NonNullable<Body['extensions']>;
export type ExtensionOfRooms = Static<typeof extensionOfRooms>;

/** What is told of a room. */
export type RoomConfig = { readonly timeline: number; readonly required: RequiredState };
export type ListConfig = RoomConfig & {
  /** First and last place, from 0; undefined for the whole list. */
  readonly ranges: readonly (readonly [first: number, last: number])[] | undefined;
  readonly filters: ListFilters;
};

export type SlidingRequest = {
  readonly connId: string;
  readonly txnId: string | undefined;
  readonly pos: string | undefined;
  readonly timeoutMs: number;
  readonly presence: Static<typeof presence>;
  readonly lists: ReadonlyMap<string, ListConfig>;
  /** By room id. */
  readonly subscriptions: ReadonlyMap<string, RoomConfig>;
  readonly extensions: Extensions;
};

/** Takes a request apart whose form was checked; 400 M_INVALID_PARAM for what goes beyond the bounds above. */
export function readRequest(query: Static<typeof queryForm>, body: Body, userId: string): SlidingRequest {
  const lists = Object.entries(body.lists ?? {});
  const subscriptions = Object.entries(body.room_subscriptions ?? {});
  atMost(lists.length, listsMax, 'lists');
  atMost(subscriptions.length, subscriptionsMax, 'room_subscriptions');
  const { to_device: _device, e2ee: _keys, ...ofRooms } = body.extensions ?? {};
  for (const each of Object.values(ofRooms)) {
    atMost(each.lists?.length ?? 0, listsMax, 'the lists of an extension');
    atMost(each.rooms?.length ?? 0, subscriptionsMax, 'the rooms of an extension');
  }
  const pos = query.pos ?? body.pos;
  return {
    connId: shortText(body.conn_id ?? '', 'conn_id'),
    txnId: body.txn_id === undefined ? undefined : shortText(body.txn_id, 'txn_id'),
    pos: pos === '' ? undefined : pos,
    timeoutMs: query.timeout ?? body.timeout ?? 0,
    presence: query.set_presence ?? body.set_presence ?? 'online',
    lists: new Map(lists.map(([name, list]) => [shortText(name, 'the name of a list'), readList(list, userId)])),
    subscriptions: new Map(subscriptions.map(([roomId, config]) => [roomId, readConfig(config, userId)])),
    extensions: body.extensions ?? {},
  };
}

function readList(list: NonNullable<Body['lists']>[string], userId: string): ListConfig {
  const ranges = list.ranges ?? (list.range && [list.range]);
  atMost(ranges?.length ?? 0, rangesMax, 'ranges');
  const { spaces, room_types: types, not_room_types: notTypes, tags, not_tags: notTags } = list.filters ?? {};
  for (const names of [spaces, types, notTypes, tags, notTags]) atMost(names?.length ?? 0, namesMax, 'a filter');
  return { ...readConfig(list, userId), ranges: ranges?.map(readRange), filters: list.filters ?? {} };
}

function readRange([first = 0, last = 0]: readonly number[]): readonly [number, number] {
  if (first > last)
    throw new MatrixError('M_INVALID_PARAM', `A range begins with its lower end: [${last}, ${first}] instead of the other way.`);
  return [first, last];
}

function readConfig(config: { timeline_limit: number; required_state?: string[][] }, userId: string): RoomConfig {
  const pairs = config.required_state ?? [];
  atMost(pairs.length, requiredMax, 'required_state');
  const wanted = pairs.map(([type = '', key = '']) => {
    const pair = [shortText(type, 'a type in required_state'), shortText(key, 'a state key in required_state')] as const;
    return key === '$ME' ? ([type, userId] as const) : pair;
  });
  return { timeline: Math.min(config.timeline_limit, timelineMost), required: new RequiredState(wanted) };
}

function atMost(count: number, most: number, what: string): void {
  if (count > most) throw new MatrixError('M_INVALID_PARAM', `There are ${count} entries in ${what}; at most ${most} are taken.`);
}

/** What can be stored and found again. */
function shortText(text: string, what: string): string {
  if (text.length > textMax) throw new MatrixError('M_INVALID_PARAM', `${what} has more than ${textMax} characters.`);
  if (text.includes('\0') || !text.isWellFormed())
    throw new MatrixError('M_INVALID_PARAM', `${what} has a character that no name can have.`);
  return text;
}
