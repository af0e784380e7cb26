import type { EventRecord } from '../event-record.ts';
import { isRedactable, redacted } from '../redact-event.ts';
import { redactionsOf } from '../store.ts';
import type { Arrival } from './arrival.ts';
import type { RoomSite } from './step.ts';
import { mayRedact, powerLevels } from '@hearth/protocol';

/**
 * Redactions take effect when both they and their target are here, whichever comes first, and if the one may redact the other
 * (https://spec.matrix.org/v1.19/rooms/v11/#handling-redactions). One that may not is kept and does nothing. One that is redacted
 * itself takes effect all the same: `redacts` is what it said when it came, which before version 11 its redacted form does not.
 */
export async function carryOutRedaction(redaction: EventRecord, redacts: string | undefined, site: RoomSite): Promise<void> {
  const { draft } = site;
  if (redaction.event.type !== 'm.room.redaction' || redacts === undefined) return;
  const target = await draft.eventById(redacts);
  if (target && !(await takesEffect(redaction, target, site))) return;
  if (isStorableId(redacts)) draft.linkRedaction(redaction, redacts);
  if (target?.redactedBy === null) draft.redact(redacted(target, redaction.number));
}

/** The redaction that came before its target, if there is one that takes effect. */
export async function earlierRedaction({ event, room }: Arrival, site: RoomSite): Promise<EventRecord | undefined> {
  const { draft, deps } = site;
  // The pending ones first: what is committed meanwhile is on disk when it is read there.
  const pending = draft.pending.redactionsOf(event.eventId);
  const rows = await deps.database.reader.all(redactionsOf, [event.eventId]);
  const numbers = new Set([...rows.map((row) => row.redaction), ...pending]);
  for (const redaction of await draft.events.byNumbers([...numbers])) {
    if (redaction?.verdict === 'accepted' && (await takesEffect(redaction, { event, room }, site))) return redaction;
  }
  return undefined;
}

type Target = Pick<EventRecord, 'event' | 'room'>;

async function takesEffect(redaction: EventRecord, { event, room }: Target, { draft }: RoomSite): Promise<boolean> {
  if (redaction.room !== room || redaction.stateBefore === null || !isRedactable(event)) return false;
  // In the oldest versions a redaction that may not is not even an event.
  if (redaction.rules.redactionAuthRule) return true;
  const before = await draft.resolved([redaction.stateBefore]);
  const [create, levels] = await before.getMany([
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
  ]);
  return mayRedact(powerLevels(redaction.rules, create?.event, levels?.event), redaction.event.sender, event.sender);
}

/** What no event can be called waits for nothing. */
function isStorableId(eventId: string): boolean {
  return !eventId.includes('\0') && eventId.isWellFormed();
}
