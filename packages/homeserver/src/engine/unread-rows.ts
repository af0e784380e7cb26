import type { EventRecord } from './event-record.ts';
import type { Interner } from './interner.ts';
import type { StateView } from './state-view.ts';
import { insertNotificationException } from './store.ts';
import {
  classifyForUnread,
  isJsonObject,
  levelDefaults,
  ownInteger,
  ownObject,
  type PduEvent,
  powerLevels,
  type UnreadClass,
  userLevel,
} from '@hearth/protocol';
import type { Statement } from '@hearth/storage';

/** Users of one event who get a row of their own; an event cannot name many more than this in its 64 KiB anyway. */
const mentionsMax = 1_000;
/** Stands for every member in the rows of exceptions. */
export const everyMember = 0;

/** What people with ordinary rules are told of an event. The power levels are read only when it wants to notify the whole room. */
export async function unreadClassOf(event: PduEvent, state: StateView): Promise<UnreadClass> {
  const mentions = ownObject(event.content, 'm.mentions');
  const mayNotifyRoom = mentions?.['room'] === true && (await mayNotify(event, state));
  return classifyForUnread(event, () => mayNotifyRoom);
}

/** Rows for those whose count is not the room's running number: mentioned users, and `@room` for all. */
export async function exceptionRows(record: EventRecord, unread: UnreadClass, interner: Interner): Promise<Statement[]> {
  const delta = unread.countable ? 0 : 1;
  if (unread.highlightsAll) return [exception(record, everyMember, delta)];
  const rows: Statement[] = [];
  for (const userId of [...unread.mentioned].slice(0, mentionsMax)) {
    // Who was never seen here has no account here.
    const user = userId === unread.sender ? undefined : await interner.findUser(userId);
    if (user !== undefined) rows.push(exception(record, user, delta));
  }
  return rows;
}

function exception(record: EventRecord, user: number, delta: number): Statement {
  // Without a running number of its own the event stands right above the one before it.
  const countable = delta === 0 ? record.countable : record.countable + 1;
  return { insert: insertNotificationException, row: [record.room, user, record.number, countable, 1, delta, ''] };
}

async function mayNotify(event: PduEvent, state: StateView): Promise<boolean> {
  const [create, levels] = await state.getMany([
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
  ]);
  if (!create) return false;
  const notifications = levels && isJsonObject(levels.event.content['notifications']) ? levels.event.content['notifications'] : {};
  const needed = ownInteger(notifications, 'room') ?? levelDefaults.ban;
  return userLevel(powerLevels(create.rules, create.event, levels?.event), event.sender) >= needed;
}
