import { stringify } from '../client-events/base-texts.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { PreparedJson } from '../http/route.ts';
import { writeTimelineToken } from '../streams/tokens.ts';
import type { AnswerDraft } from './answer.ts';
import type { SyncCall } from './call.ts';
import type { SyncDeps } from './deps.ts';
import type { JoinedSection, LeftSection, RoomSections, ShownDelta } from './sections.ts';
import type { JsonObject } from '@hearth/protocol';

type PresentDeps = Pick<SyncDeps, 'clientEvents'>;

/**
 * Writes the answer as text. Events come as text that was made once for all readers (client-events/), so nothing of a room is
 * serialised here but what belongs to this reader.
 */
export async function presentSync(
  deps: PresentDeps,
  nextBatch: string,
  draft: AnswerDraft,
  rooms: RoomSections,
  call: SyncCall,
): Promise<PreparedJson> {
  const writer = new Writer(deps, nextBatch, call);
  const join: string[] = [];
  for (const [roomId, section] of rooms.join) join.push(`${JSON.stringify(roomId)}:${await writer.joined(section)}`);
  const leave: string[] = [];
  for (const [roomId, section] of rooms.leave) leave.push(`${JSON.stringify(roomId)}:${await writer.left(section)}`);
  const invite = [...rooms.invite].map(([roomId, events]) => `${JSON.stringify(roomId)}:{"invite_state":{"events":${stringify(events)}}}`);
  const knock = [...rooms.knock].map(([roomId, events]) => `${JSON.stringify(roomId)}:{"knock_state":{"events":${stringify(events)}}}`);
  // Clients of 2015 expect these keys always.
  const is2015 = call.generation === 'v1' || call.generation === 'v2a';
  const parts = [`"next_batch":${JSON.stringify(nextBatch)}`];
  if (join.length + leave.length + invite.length + knock.length > 0 || is2015) {
    parts.push(
      `"rooms":{"join":{${join.join(',')}},"invite":{${invite.join(',')}},"leave":{${leave.join(',')}},"knock":{${knock.join(',')}}}`,
    );
  }
  if (draft.accountData.length > 0 || is2015) parts.push(`"account_data":{"events":${stringify(draft.accountData)}}`);
  if (draft.presence.length > 0 || is2015) parts.push(`"presence":{"events":${stringify(draft.presence)}}`);
  if (draft.toDevice.length > 0) parts.push(`"to_device":{"events":${stringify(draft.toDevice)}}`);
  for (const [key, value] of draft.extra) parts.push(`${JSON.stringify(key)}:${stringify(value)}`);
  return { preparedJson: Buffer.from(`{${parts.join(',')}}`) };
}

/** Writes rooms for one reader. */
class Writer {
  readonly #deps: PresentDeps;
  readonly #nextBatch: string;
  readonly #call: SyncCall;

  constructor(deps: PresentDeps, nextBatch: string, call: SyncCall) {
    this.#deps = deps;
    this.#nextBatch = nextBatch;
    this.#call = call;
  }

  async joined(section: JoinedSection): Promise<string> {
    const { additions, unread, summary } = section;
    const parts = [
      await this.#delta(section),
      `"ephemeral":{"events":${stringify(additions.ephemeral)}}`,
      `"account_data":{"events":${stringify(additions.accountData)}}`,
      `"unread_notifications":${JSON.stringify(unread)}`,
    ];
    if (summary) parts.push(`"summary":${stringify(summary)}`);
    for (const [key, value] of additions.keys) parts.push(`${JSON.stringify(key)}:${stringify(value)}`);
    return `{${parts.join(',')}}`;
  }

  async left(section: LeftSection): Promise<string> {
    return `{${await this.#delta(section)},"account_data":{"events":${stringify(section.additions.accountData)}}}`;
  }

  async #delta({ timeline, state }: ShownDelta): Promise<string> {
    // A timeline without events begins where the answer ends.
    const prevBatch = timeline.prevBatch
      ? writeTimelineToken(timeline.prevBatch)
      : timeline.events.length === 0
        ? this.#nextBatch
        : undefined;
    const prev = prevBatch === undefined ? '' : `,"prev_batch":${JSON.stringify(prevBatch)}`;
    const events = `"timeline":{"events":[${await this.#events(timeline.events)}],"limited":${timeline.limited}${prev}}`;
    const stateText = `{"events":[${await this.#events(state)}]}`;
    if (!this.#call.stateAfter) return `${events},"state":${stateText}`;
    // Both names, for clients of both kinds.
    return `${events},"state_after":${stateText},"org.matrix.msc4222.state_after":${stateText}`;
  }

  async #events(records: readonly EventRecord[]): Promise<string> {
    const { requester, generation, filter } = this.#call;
    if (records.length === 0) return '';
    if (filter.eventFormat === 'federation') return records.map((record) => stringify(record.event.pdu)).join(',');
    const options = { withRoomId: false, generation };
    if (!filter.project) return (await this.#deps.clientEvents.asTexts(records, requester, options)).join(',');
    const events: JsonObject[] = await this.#deps.clientEvents.asObjects(records, requester, options);
    return events.map((event) => stringify(filter.project?.(event))).join(',');
  }
}
