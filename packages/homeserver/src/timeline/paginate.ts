import { matches } from '../client-events/matches.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { StateView } from '../engine/state-view.ts';
import { MatrixError } from '../http/errors.ts';
import type { Generation, Requester } from '../http/route.ts';
import { gapAfter, gapBefore, parseToken, type TimelineToken, writeTimelineToken } from '../streams/tokens.ts';
import type { ReaderDeps } from './read.ts';
import { roomAccess } from './room-access.ts';
import { readBackwards, readForwards, readLastEventAt } from './store.ts';
import {
  compileRoomEventFilter,
  type EventMatcher,
  type JsonObject,
  parseJsonText,
  parseRoomEventFilter,
  type RoomEventFilter,
} from '@hearth/protocol';

/** Most events of one answer. */
const limitMax = 1_000;
/** Events looked at for one answer: those that the reader may not see, or that the filter drops, count too. */
const scannedMax = 2_000;

export type MessagesQuery = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly dir: 'b' | 'f';
  readonly limit?: number | undefined;
  readonly filter?: string | undefined;
};
export type MessagesAnswer = { start: string; end?: string; chunk: readonly JsonObject[]; state?: readonly JsonObject[] };

/** The place after everything. */
const endOfRoom = { kind: 'timeline', depth: Number.MAX_SAFE_INTEGER, number: Number.MAX_SAFE_INTEGER } as const;
const startOfRoom = { kind: 'timeline', depth: 0, number: 0 } as const;

/** GET rooms/{roomId}/messages: pages through a room in timeline order. */
export async function messages(
  deps: ReaderDeps,
  requester: Requester,
  roomId: string,
  query: MessagesQuery,
  generation: Generation,
): Promise<MessagesAnswer> {
  const { room, membership, state } = await roomAccess(deps, roomId, requester);
  const filter = parseFilter(query.filter);
  const limit = Math.min(query.limit ?? filter.limit ?? 10, limitMax);
  const from = await placeOf(deps, room.number, query.from, query.dir);
  const to = query.to === undefined ? undefined : await placeOf(deps, room.number, query.to, query.dir === 'b' ? 'f' : 'b');
  const page = await readPage(deps, {
    room: room.number,
    roomId,
    from,
    to,
    dir: query.dir,
    limit,
    matcher: compileRoomEventFilter(filter),
    requester,
    membership,
  });
  const shape = { withRoomId: true, generation };
  const answer: MessagesAnswer = {
    start: query.from ?? writeTimelineToken(from),
    chunk: await deps.clientEvents.asObjects(page.records, requester, shape),
  };
  if (page.end) answer.end = writeTimelineToken(page.end);
  // Clients of 2015 always expect an end.
  else if (generation === 'v1') answer.end = answer.start;
  if (filter.lazyLoadMembers === true && generation !== 'v1') {
    const members = await membersOf(page.records, state);
    if (members.length > 0) answer.state = await deps.clientEvents.asObjects(members, requester, shape);
  }
  return answer;
}

type Page = {
  readonly room: number;
  readonly roomId: string;
  readonly from: TimelineToken;
  readonly to: TimelineToken | undefined;
  readonly dir: 'b' | 'f';
  readonly limit: number;
  readonly matcher: EventMatcher;
  readonly requester: Requester;
  readonly membership: string;
};

async function readPage(
  deps: ReaderDeps,
  page: Page,
): Promise<{ readonly records: readonly EventRecord[]; readonly end: TimelineToken | undefined }> {
  const records: EventRecord[] = [];
  let place = page.from;
  for (let scanned = 0; records.length < page.limit && scanned < scannedMax;) {
    const size = Math.min(Math.max(page.limit, 20), scannedMax - scanned);
    const read = page.dir === 'b' ? readBackwards : readForwards;
    const rows = await read(deps.database.reader, page.room, place, size);
    scanned += rows.length;
    const found = (await deps.engine.events(rows.map((row) => row.number))).filter((record) => record !== undefined);
    const visible = new Set((await deps.visibility.filter(found, page.requester.userId, page.membership)).map((record) => record.number));
    for (const record of found) {
      const at = { depth: record.event.depth, number: record.number };
      if (page.to && isBeyond(at, page.to, page.dir)) return { records, end: undefined };
      place = page.dir === 'b' ? gapBefore(at) : gapAfter(at);
      if (visible.has(record.number) && matches(page.matcher, record)) records.push(record);
      if (records.length >= page.limit) return { records, end: place };
    }
    if (rows.length < size) return { records, end: undefined };
  }
  // Nothing to show in all that was looked at, but there is more (MD-12).
  return { records, end: place };
}

function isBeyond(at: { depth: number; number: number }, to: TimelineToken, dir: 'b' | 'f'): boolean {
  const after = at.depth > to.depth || (at.depth === to.depth && at.number > to.number);
  return dir === 'b' ? !after : after;
}

/** Members whose events are needed to show a page, for lazily loaded members. */
async function membersOf(records: readonly EventRecord[], state: StateView): Promise<EventRecord[]> {
  const senders = [...new Set(records.map((record) => record.event.sender))];
  const found = await state.getMany(senders.map((sender) => ['m.room.member', sender] as const));
  return found.filter((record) => record !== undefined);
}

/** `START` and `END` are the words of 2015 for both ends. Without a token: from the end that the direction leads away from. */
async function placeOf(deps: ReaderDeps, room: number, text: string | undefined, dir: 'b' | 'f'): Promise<TimelineToken> {
  if (text === undefined) return dir === 'b' ? endOfRoom : startOfRoom;
  if (text === 'END') return endOfRoom;
  if (text === 'START') return startOfRoom;
  const token = parseToken(text);
  if (!token) throw new MatrixError('M_BAD_PAGINATION', 'The pagination token is not valid.');
  if (token.kind === 'timeline') return token;
  const number = await readLastEventAt(deps.database.reader, room, token.position);
  const record = number === undefined ? undefined : await deps.engine.event(number);
  return record ? gapAfter({ depth: record.event.depth, number: record.number }) : startOfRoom;
}

function parseFilter(text: string | undefined): RoomEventFilter {
  const json = parseJsonText(text ?? '{}', { numbers: 'any' });
  if (!json.ok) throw new MatrixError('M_NOT_JSON', 'The filter is not JSON.');
  const parsed = parseRoomEventFilter(json.value);
  if (!parsed.ok) throw new MatrixError(parsed.errcode, parsed.error);
  return parsed.filter;
}
