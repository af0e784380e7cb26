import type { SyncAnswer, SyncContext, SyncSection } from '../streams/stream.ts';
import { readAccountData, readAllAccountData } from './store.ts';
import type { JsonObject } from '@hearth/protocol';
import { type Database, streamKinds } from '@hearth/storage';

/** `account_data` of /sync: global and of rooms. */
export function accountDataSection(database: Database): SyncSection {
  return {
    name: 'account-data',
    collect: async (context, answer) => {
      const isFirst = context.window.initial;
      if (isFirst || context.whole.size > 0) await addAll(database, context, answer);
      if (!isFirst && context.ownChanged) await addChanged(database, context, answer);
    },
  };
}

/** Everything in a first sync; else all of the rooms that the client is sent as a whole. */
async function addAll(database: Database, context: SyncContext, answer: SyncAnswer): Promise<void> {
  for (const { room, type, content } of await readAllAccountData(database.reader, context.requester.user)) {
    if (context.window.initial || context.whole.has(room)) add(answer, room, type, content);
  }
}

async function addChanged(database: Database, context: SyncContext, answer: SyncAnswer): Promise<void> {
  const added = new Set<string>();
  for (const { subject: room, detail } of await context.ownEntries(streamKinds.accountData)) {
    const type = detail ?? '';
    const key = `${room} ${type}`;
    if (context.whole.has(room) || added.has(key)) continue;
    added.add(key);
    if (room === 0 && type === 'm.push_rules') continue;
    // What was deleted is told as an empty object (MSC3391).
    add(answer, room, type, (await readAccountData(database.reader, context.requester.user, room, type)) ?? '{}');
  }
}

/** Also for rooms that were left: the answer shows them where it shows the room. */
function add(answer: SyncAnswer, room: number, type: string, content: string): void {
  const event = { type, content: JSON.parse(content) as JsonObject };
  if (room === 0) answer.accountData.push(event);
  else answer.addRoomAccountData(room, event);
}
