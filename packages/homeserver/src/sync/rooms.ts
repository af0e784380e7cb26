import type { RoomHead } from '../engine/room-head.ts';
import type { AnswerDraft, RoomAdditions } from './answer.ts';
import type { SyncCall } from './call.ts';
import type { SyncDeps } from './deps.ts';
import { withLazyMembers } from './lazy-members.ts';
import { otherRooms } from './other-rooms.ts';
import { roomDelta } from './room-delta.ts';
import { deltaRequest, type JoinedSection, type RoomPart, wantedState } from './sections.ts';
import type { SentMembers } from './sent-members.ts';
import { changesSummary, roomSummary } from './summary.ts';
import { unreadByThread } from './unread.ts';
import type { NewsContext } from './window.ts';
import { streamKinds } from '@hearth/storage';

/** Makes the rooms of an answer, each when it is asked for. */
export async function* roomParts(
  deps: SyncDeps,
  call: SyncCall,
  context: NewsContext,
  draft: AnswerDraft,
  sent: SentMembers,
): AsyncGenerator<RoomPart> {
  const read = await roomsRead(context);
  for (const number of new Set([...context.whole, ...context.changed, ...draft.rooms.keys(), ...read])) {
    const room = context.joined.has(number) ? await deps.engine.roomByNumber(number) : undefined;
    if (!room || !context.filter.includesRoom(room.roomId)) continue;
    const additions = draft.additionsOf(number, room.roomId, context.filter);
    const section = await joinedSection(deps, call, context, room, additions, sent);
    if (section && (context.whole.has(number) || read.has(number) || hasNews(section)))
      yield { list: 'join', roomId: room.roomId, section };
  }
  yield* otherRooms(deps, call, context, draft);
}

/** Joined rooms in which the reader's own counts changed without an event. */
async function roomsRead(context: NewsContext): Promise<ReadonlySet<number>> {
  const rooms = new Set<number>();
  for (const kind of [streamKinds.privateReceipt, streamKinds.unread]) {
    for (const entry of await context.ownEntries(kind)) rooms.add(entry.subject);
  }
  if (context.window.initial) return rooms;
  for (const room of context.changed) {
    if ((await context.roomSubjects(room, streamKinds.receipt)).has(context.requester.user)) rooms.add(room);
  }
  return rooms;
}

function hasNews({ timeline, state, sticky, additions }: JoinedSection): boolean {
  return (
    timeline.events.length > 0 ||
    timeline.limited ||
    state.length > 0 ||
    sticky.length > 0 ||
    additions.ephemeral.length > 0 ||
    additions.accountData.length > 0
  );
}

async function joinedSection(
  deps: SyncDeps,
  call: SyncCall,
  context: NewsContext,
  room: RoomHead,
  additions: RoomAdditions,
  sent: SentMembers,
): Promise<JoinedSection | undefined> {
  const { requester, window } = context;
  const isNew = window.initial || context.newlyJoined.has(room.number);
  const whole = isNew || call.fullState;
  const delta = await roomDelta(
    deps,
    deltaRequest(call, context, room, { membership: 'join', since: isNew ? 0 : window.since, upTo: window.upTo, whole }),
  );
  if (!delta) return undefined;
  const summary = whole || changesSummary(delta.changed) ? await roomSummary(deps, room, requester.user) : undefined;
  const heroes = summary?.['m.heroes'] ?? [];
  const state = call.filter.lazyLoadMembers
    ? await withLazyMembers(delta, call, sent, { room: room.number, whole, heroes, upTo: window.upTo })
    : delta.state;
  // A client may hold the timeline of an earlier stay: what it is sent now does not continue that one.
  const shown = new Set(delta.timeline.events.map(({ number }) => number));
  const sticky = await deps.stickyEvents(requester, room.number, isNew ? 0 : window.since, window.upTo);
  const limited = delta.timeline.limited || context.newlyJoined.has(room.number);
  return {
    timeline: { ...delta.timeline, limited },
    state: await wantedState(deps, state, call, 'join'),
    sticky: sticky.filter(({ number }) => !shown.has(number)),
    additions,
    summary,
    unread: await unreadByThread(deps, { room, requester, ignored: context.ignored, upTo: window.upTo }, delta.end.countable),
  };
}
