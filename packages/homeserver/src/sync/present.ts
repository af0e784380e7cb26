import { stringify } from '../client-events/base-texts.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { writeTimelineToken } from '../streams/tokens.ts';
import type { AnswerDraft } from './answer.ts';
import type { SyncCall } from './call.ts';
import type { SyncDeps } from './deps.ts';
import type { JoinedSection, LeftSection, RoomParts, ShownDelta } from './sections.ts';
import type { JsonObject } from '@hearth/protocol';

type PresentDeps = Pick<SyncDeps, 'clientEvents'>;

/**
 * Writes the answer as text, room by room. Events come as text that was made once for all readers (client-events/), so nothing of a room
 * is serialised here but what belongs to this reader.
 */
export async function* presentSync(
  deps: PresentDeps,
  nextBatch: string,
  draft: AnswerDraft,
  rooms: RoomParts,
  call: SyncCall,
): AsyncGenerator<string> {
  yield `{"next_batch":${JSON.stringify(nextBatch)}`;
  yield* presentRooms(new Writer(deps, nextBatch, call), rooms, is2015(call));
  const parts: string[] = [];
  if (draft.accountData.length > 0 || is2015(call)) parts.push(`"account_data":{"events":${stringify(draft.accountData)}}`);
  if (draft.presence.length > 0 || is2015(call)) parts.push(`"presence":{"events":${stringify(draft.presence)}}`);
  if (draft.toDevice.length > 0) parts.push(`"to_device":{"events":${stringify(draft.toDevice)}}`);
  for (const [key, value] of draft.extra) parts.push(`${JSON.stringify(key)}:${stringify(value)}`);
  yield `${parts.map((part) => `,${part}`).join('')}}`;
}

/** Clients of 2015 expect some keys always. */
function is2015({ generation }: SyncCall): boolean {
  return generation === 'v1' || generation === 'v2a';
}

/** Joined rooms and left ones as they come; invitations and knocks, which are small, at the end. */
async function* presentRooms(writer: Writer, rooms: RoomParts, always: boolean): AsyncGenerator<string> {
  const outside: Record<'invite' | 'knock', string[]> = { invite: [], knock: [] };
  let list: 'join' | 'leave' | undefined;
  let isEmpty = true;
  for await (const part of rooms) {
    const name = JSON.stringify(part.roomId);
    if (!('section' in part)) {
      outside[part.list].push(`${name}:{"${part.list}_state":{"events":${stringify(part.events)}}}`);
      continue;
    }
    const opened = isEmpty ? ',"rooms":{"join":{' : list === part.list ? ',' : '';
    const start = part.list === 'leave' && list !== 'leave' ? `${opened}},"leave":{` : opened;
    [list, isEmpty] = [part.list, false];
    yield `${start}${name}:${part.list === 'join' ? await writer.joined(part.section) : await writer.left(part.section)}`;
  }
  if (isEmpty && outside.invite.length + outside.knock.length === 0 && !always) return;
  const started = isEmpty ? ',"rooms":{"join":{' : '';
  const left = list === 'leave' ? '' : '},"leave":{';
  yield `${started}${left}},"invite":{${outside.invite.join(',')}},"knock":{${outside.knock.join(',')}}}`;
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
    const { additions, unread, summary, sticky } = section;
    const { filter } = this.#call;
    const parts = [
      await this.#delta(section),
      `"ephemeral":{"events":${stringify(additions.ephemeral)}}`,
      `"account_data":{"events":${stringify(additions.accountData)}}`,
      `"unread_notifications":${JSON.stringify(filter.unreadThreadNotifications ? unread.main : unread.room)}`,
    ];
    if (filter.unreadThreadNotifications && unread.threads.size > 0) {
      const threads = JSON.stringify(Object.fromEntries(unread.threads));
      // Both names, for clients of both kinds.
      parts.push(`"unread_thread_notifications":${threads}`, `"org.matrix.msc3773.unread_thread_notifications":${threads}`);
    }
    if (sticky.length > 0) parts.push(`"msc4354_sticky":{"events":[${await this.#events(sticky)}]}`);
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
