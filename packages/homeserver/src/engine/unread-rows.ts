import type { EventRecord } from './event-record.ts';
import type { Interner } from './interner.ts';
import type { Soon } from './soon.ts';
import type { StateView } from './state-view.ts';
import { insertNotificationException } from './store.ts';
import {
  classifyForUnread,
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
const none: readonly Statement[] = [];

/** What people with ordinary rules are told of an event. The power levels are read only when it wants to notify the whole room. */
export function unreadClassOf(event: PduEvent, state: StateView): Soon<UnreadClass> {
  if (ownObject(event.content, 'm.mentions')?.['room'] !== true) return classifyForUnread(event, () => false);
  return mayNotify(event, state).then((may) => classifyForUnread(event, () => may));
}

/** Rows for those whose count is not the room's running number: mentioned users, and `@room` for all. */
export function exceptionRows(record: EventRecord, unread: UnreadClass, interner: Interner): Soon<readonly Statement[]> {
  const delta = unread.countable ? 0 : 1;
  if (unread.highlightsAll) return [exception(record, everyMember, delta)];
  return unread.mentioned.size === 0 ? none : rowsOfMentioned(record, unread, delta, interner);
}

async function rowsOfMentioned(record: EventRecord, unread: UnreadClass, delta: number, interner: Interner): Promise<Statement[]> {
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
  return mayNotifyAll(event.sender, 'room', create, levels);
}

/** Whether somebody's power suffices for notifications of this key, by what the state says of it. */
export function mayNotifyAll(sender: string, key: string, create: EventRecord | undefined, levels: EventRecord | undefined): boolean {
  if (!create) return false;
  const notifications = (levels && ownObject(levels.event.content, 'notifications')) ?? {};
  const needed = ownInteger(notifications, key) ?? levelDefaults.ban;
  return userLevel(powerLevels(create.rules, create.event, levels?.event), sender) >= needed;
}
