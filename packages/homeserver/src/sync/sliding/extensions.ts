import { writeSyncToken } from '../../streams/tokens.ts';
import { AnswerDraft } from '../answer.ts';
import { nextToken } from '../since.ts';
import type { NewsContext } from '../window.ts';
import type { Look, SlidingDeps } from './deps.ts';
import type { ListedRooms } from './listed-rooms.ts';
import { mergeReceipts } from './merge-receipts.ts';
import type { ExtensionOfRooms } from './request.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '@hearth/protocol';

export type ExtensionRooms = {
  readonly listed: ListedRooms;
  /** Rooms that the client is told of from the start, or after a time in which it was not. */
  readonly fresh: ReadonlySet<number>;
  /** Rooms that the client knows, after this answer. */
  readonly known: ReadonlySet<number>;
  /** Numbers of the events in the timelines of this answer. */
  readonly shown: ReadonlySet<number>;
};

export type ExtensionsAnswer = {
  readonly parts: ReadonlyMap<string, JsonObject>;
  /** Whether any of it is worth an answer. */
  readonly hasNews: boolean;
};

/** What goes with rooms and is not part of them. Each extension asks the sections of /sync, about the rooms that this client knows. */
export async function collectExtensions(
  deps: SlidingDeps,
  look: Look,
  rooms: ExtensionRooms,
  toDeviceSince: number,
): Promise<ExtensionsAnswer> {
  const parts = new Map<string, JsonObject>();
  let hasNews = false;
  const tell = (name: string, part: JsonObject, isNews: boolean): void => {
    parts.set(name, part);
    hasNews ||= isNews;
  };
  const { to_device: toDevice, e2ee, account_data: accountData, receipts, typing } = look.request.extensions;
  const { context } = look;
  if (toDevice?.enabled === true) {
    const window = { ...context.window, toDeviceSince, ...(toDevice.limit === undefined ? {} : { toDeviceMost: toDevice.limit }) };
    const draft = await collect(deps, { ...context, window }, ['to-device']);
    const next = writeSyncToken(nextToken(deps, window, draft.toDeviceUpTo));
    tell('to_device', { next_batch: next, events: draft.toDevice }, draft.toDevice.length > 0);
  }
  if (e2ee?.enabled === true) {
    const draft = await collect(deps, context, ['device-lists', 'key-counts']);
    const isNews = draft.extra.size > 0;
    for (const section of deps.sections) if (section.name === 'key-counts') await section.always?.(context, draft);
    tell('e2ee', Object.fromEntries(draft.extra) as JsonObject, isNews);
  }
  if (accountData?.enabled === true) {
    const draft = await collect(deps, about(context, roomsOf(look, rooms, accountData, 'known'), rooms.fresh), ['account-data']);
    const global = plain(draft.accountData);
    const told = await byRoomId(deps, draft, rooms.known, ({ accountData: events }) => plain(events));
    tell('account_data', { ...(global.length > 0 ? { global } : {}), rooms: told }, global.length > 0 || Object.keys(told).length > 0);
  }
  if (receipts?.enabled === true) {
    const draft = await collect(deps, about(context, roomsOf(look, rooms, receipts, 'listed'), rooms.fresh), ['receipts']);
    const told = await byRoomId(deps, draft, rooms.known, ({ ephemeral }) => mergeReceipts(ephemeral));
    tell('receipts', { rooms: told }, Object.keys(told).length > 0);
  }
  if (typing?.enabled === true) {
    const draft = await collect(deps, about(context, roomsOf(look, rooms, typing, 'listed'), rooms.fresh), ['typing']);
    const told = await byRoomId(deps, draft, rooms.known, ({ ephemeral }) => plain(ephemeral)[0]);
    tell('typing', { rooms: told }, Object.keys(told).length > 0);
  }
  for (const { name, collect: collectOwn } of deps.extensions) {
    const asked = (look.request.extensions as Record<string, JsonValue | undefined>)[name];
    if (asked === undefined || !isJsonObject(asked) || asked['enabled'] !== true) continue;
    const part = await collectOwn(about(context, rooms.known, rooms.fresh), asked, rooms.shown);
    if (part) tell(name, part, true);
  }
  return { parts, hasNews };
}

async function collect(deps: SlidingDeps, context: NewsContext, names: readonly string[]): Promise<AnswerDraft> {
  const draft = new AnswerDraft();
  for (const section of deps.sections) if (names.includes(section.name)) await section.collect(context, draft);
  return draft;
}

/** The same window over fewer rooms. */
function about(context: NewsContext, rooms: ReadonlySet<number>, fresh: ReadonlySet<number>): NewsContext {
  const joined = rooms.intersection(context.joined);
  return { ...context, joined, whole: joined.intersection(fresh), changed: joined.intersection(context.changed) };
}

/** Rooms of the lists and subscriptions that the extension names; those it does not name are all of them. */
function roomsOf(
  { request }: Look,
  { listed, known }: ExtensionRooms,
  { lists, rooms }: ExtensionOfRooms,
  usual: 'known' | 'listed',
): ReadonlySet<number> {
  if (lists === undefined && rooms === undefined && usual === 'known') return known;
  const isNamedList = (name: string): boolean => lists?.includes(name) ?? request.lists.has(name);
  const found = new Set<number>();
  for (const [room, config] of listed.rooms) {
    const { subscribedAs } = config;
    const isSubscribed = subscribedAs !== undefined && (rooms === undefined || rooms.includes('*') || rooms.includes(subscribedAs));
    if (known.has(room) && (isSubscribed || config.lists.some(isNamedList))) found.add(room);
  }
  return found;
}

async function byRoomId(
  { engine }: SlidingDeps,
  { rooms }: AnswerDraft,
  known: ReadonlySet<number>,
  partOf: (additions: Parameters<AnswerDraft['rooms']['set']>[1]) => JsonValue | undefined,
): Promise<Record<string, JsonValue>> {
  const told: Record<string, JsonValue> = {};
  for (const [room, additions] of rooms) {
    const part = known.has(room) ? partOf(additions) : undefined;
    if (part !== undefined && !(Array.isArray(part) && part.length === 0)) told[(await engine.roomByNumber(room))?.roomId ?? ''] = part;
  }
  return told;
}

function plain(events: AnswerDraft['accountData']): JsonObject[] {
  return events.map((event) => ({ ...event }));
}
