import type { JsonObject } from '@hearth/protocol';
import { stringify } from '../client-events/base-texts.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { PreparedJson } from '../http/route.ts';
import { writeTimelineToken } from '../streams/tokens.ts';
import type { AnswerDraft, RoomAdditions } from './answer.ts';
import type { SyncDeps } from './deps.ts';
import type { RoomDelta } from './room-delta.ts';
import type { JoinedSection, RoomSections } from './rooms.ts';
import type { SyncCall } from './sync.ts';

const noAdditions: RoomAdditions = { ephemeral: [], accountData: [], keys: new Map() };

/**
 * Writes the answer as text. Events come as text that was made once for all readers (client-events/), so nothing of a room is
 * serialised here but what belongs to this reader.
 */
export async function presentSync(deps: SyncDeps, nextBatch: string, draft: AnswerDraft, rooms: RoomSections, call: SyncCall): Promise<PreparedJson> {
  const { filter, generation } = call;
  const join: string[] = [];
  for (const [roomId, section] of rooms.join) {
    join.push(`${JSON.stringify(roomId)}:${await joinedText(deps, section, draft.rooms.get(section.room.number) ?? noAdditions, call)}`);
  }
  const leave: string[] = [];
  for (const [roomId, { delta }] of rooms.leave) {
    leave.push(`${JSON.stringify(roomId)}:{${await deltaText(deps, delta, call)},"account_data":{"events":[]}}`);
  }
  const invite = [...rooms.invite].map(([roomId, events]) => `${JSON.stringify(roomId)}:{"invite_state":{"events":${stringify(events)}}}`);
  const knock = [...rooms.knock].map(([roomId, events]) => `${JSON.stringify(roomId)}:{"knock_state":{"events":${stringify(events)}}}`);
  const accountData = draft.accountData.filter((event) => filter.accountData.matchesAll || filter.accountData.matches(event));
  const presence = draft.presence.filter((event) => filter.presence.matchesAll || filter.presence.matches(event));
  const is2015 = generation === 'v1' || generation === 'v2a';
  const parts = [`"next_batch":${JSON.stringify(nextBatch)}`];
  if (join.length + leave.length + invite.length + knock.length > 0 || is2015) {
    parts.push(`"rooms":{"join":{${join.join(',')}},"invite":{${invite.join(',')}},"leave":{${leave.join(',')}},"knock":{${knock.join(',')}}}`);
  }
  if (accountData.length > 0 || is2015) parts.push(`"account_data":{"events":${stringify(accountData)}}`);
  if (presence.length > 0 || is2015) parts.push(`"presence":{"events":${stringify(presence)}}`);
  if (draft.toDevice.length > 0) parts.push(`"to_device":{"events":${stringify(draft.toDevice)}}`);
  for (const [key, value] of draft.extra) parts.push(`${JSON.stringify(key)}:${stringify(value)}`);
  return { preparedJson: Buffer.from(`{${parts.join(',')}}`) };
}

async function joinedText(deps: SyncDeps, section: JoinedSection, additions: RoomAdditions, call: SyncCall): Promise<string> {
  const { filter } = call;
  const roomId = section.room.roomId;
  const ephemeral = additions.ephemeral.filter((event) => filter.ephemeral.matchesAll || filter.ephemeral.matches({ ...event, roomId }));
  const accountData = additions.accountData.filter((event) => filter.roomAccountData.matchesAll || filter.roomAccountData.matches({ ...event, roomId }));
  const parts = [
    await deltaText(deps, section.delta, call),
    `"ephemeral":{"events":${stringify(ephemeral)}}`,
    `"account_data":{"events":${stringify(accountData)}}`,
    `"unread_notifications":${JSON.stringify(section.unread)}`,
  ];
  if (section.summary) parts.push(`"summary":${stringify(section.summary)}`);
  for (const [key, value] of additions.keys) parts.push(`${JSON.stringify(key)}:${stringify(value)}`);
  return `{${parts.join(',')}}`;
}

async function deltaText(deps: SyncDeps, delta: RoomDelta, call: SyncCall): Promise<string> {
  const prevBatch = delta.prevBatch ? `,"prev_batch":${JSON.stringify(writeTimelineToken(delta.prevBatch))}` : '';
  const timeline = `"timeline":{"events":[${await eventTexts(deps, delta.timeline, call)}],"limited":${delta.limited}${prevBatch}}`;
  const state = `{"events":[${await eventTexts(deps, delta.state, call)}]}`;
  if (!call.stateAfter) return `${timeline},"state":${state}`;
  // Both names, for clients of both kinds.
  return `${timeline},"state_after":${state},"org.matrix.msc4222.state_after":${state}`;
}

async function eventTexts(deps: SyncDeps, records: readonly EventRecord[], call: SyncCall): Promise<string> {
  const { requester, generation, filter } = call;
  if (filter.eventFormat === 'federation') return records.map((record) => stringify(record.event.pdu)).join(',');
  const options = { withRoomId: false, generation };
  if (!filter.project) return (await deps.clientEvents.asTexts(records, requester, options)).join(',');
  const events: JsonObject[] = await deps.clientEvents.asObjects(records, requester, options);
  return events.map((event) => stringify(filter.project?.(event))).join(',');
}
