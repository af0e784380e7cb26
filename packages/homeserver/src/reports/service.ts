import type { EventRecord } from '../engine/event-record.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { type NewReport, oldReportsDeletion, reportRows } from './store.ts';
import type { Clock } from '@hearth/kit';
import { parseRoomId, parseUserId } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Reports that are kept of one reporter and of all; beyond, the oldest go. */
const ofReporterMax = 500;
const reportsMax = 100_000;
/** Reports between two looks at how many there are. */
const lookEvery = 100;

export type ReportsDeps = {
  readonly database: Database;
  readonly clock: Clock;
  /** An event of a room that the requester may see, and what they are in the room. Throws 404 for any other. */
  readonly visibleEvent: (
    requester: Requester,
    roomId: string,
    eventId: string,
  ) => Promise<{ readonly record: EventRecord; readonly membership: string }>;
};

type Subject = Pick<NewReport, 'kind' | 'room_id' | 'event_id' | 'user_id'>;

/**
 * Takes what people report. Rooms and users are taken as they are named, whether they exist or not: whoever reports learns nothing
 * from the answer, nor from how long it took (https://spec.matrix.org/v1.19/client-server-api/#reporting-content).
 */
export class Reports {
  readonly #deps: ReportsDeps;
  #taken = 0;

  constructor(deps: ReportsDeps) {
    this.#deps = deps;
  }

  /** POST rooms/{roomId}/report/{eventId}: one answer for an event that is not there and for one that is not the reporter's to see. */
  async event(requester: Requester, roomId: string, eventId: string, reason: string): Promise<void> {
    const { record, membership } = await this.#deps.visibleEvent(requester, roomId, eventId);
    if (membership !== 'join') throw new MatrixError('M_NOT_FOUND', 'There is no such event, or you may not see it.');
    await this.#take(requester, { kind: 'event', room_id: roomId, event_id: eventId, user_id: record.event.sender }, reason);
  }

  /** POST rooms/{roomId}/report. */
  async room(requester: Requester, roomId: string, reason: string): Promise<void> {
    if (!parseRoomId(roomId)) throw new MatrixError('M_NOT_FOUND', 'There is no such room.');
    await this.#take(requester, { kind: 'room', room_id: roomId, event_id: null, user_id: null }, reason);
  }

  /** POST users/{userId}/report. */
  async user(requester: Requester, userId: string, reason: string): Promise<void> {
    if (!parseUserId(userId)) throw new MatrixError('M_NOT_FOUND', 'There is no such user.');
    await this.#take(requester, { kind: 'user', room_id: null, event_id: null, user_id: userId }, reason);
  }

  async #take(requester: Requester, subject: Subject, reason: string): Promise<void> {
    const { database, clock } = this.#deps;
    const number = await database.takeNumbers('report', 1);
    const report = { ...subject, number, reporter: requester.user, reason: storable(reason), ts: clock.now() };
    const statements = reportRows(report, ofReporterMax);
    this.#taken += 1;
    if (this.#taken % lookEvery === 0) statements.push(oldReportsDeletion(reportsMax));
    await database.write({ claims: [], statements, stream: [] });
  }
}

/** Text columns cannot hold U+0000 or halves of characters. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
