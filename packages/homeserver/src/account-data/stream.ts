import type { JsonObject } from '@hearth/protocol';
import type { Database } from '@hearth/storage';
import type { SyncAnswer, SyncContext, SyncSection } from '../streams/stream.ts';
import { readAccountData, readAllAccountData, readChangedAccountData } from './store.ts';

/** `account_data` of /sync: global and of rooms. */
export function accountDataSection(database: Database): SyncSection {
  return {
    name: 'account-data',
    collect: async (context, answer) => {
      if (context.window.initial) await addAll(database, context, answer);
      else if (context.ownChanged) await addChanged(database, context, answer);
      if (!context.window.initial && context.whole.size > 0) await addNewRooms(database, context, answer);
    },
  };
}

async function addAll(database: Database, context: SyncContext, answer: SyncAnswer): Promise<void> {
  for (const { room, type, content } of await readAllAccountData(database.reader, context.requester.user)) {
    add(answer, context, room, type, content);
  }
}

async function addChanged(database: Database, context: SyncContext, answer: SyncAnswer): Promise<void> {
  const { requester, window, whole } = context;
  for (const { room, type } of await readChangedAccountData(database.reader, requester.user, window.since, window.upTo)) {
    if (whole.has(room)) continue;
    const content = await readAccountData(database.reader, requester.user, room, type);
    if (content !== undefined) add(answer, context, room, type, content);
  }
}

/** A room that the client did not know comes with everything stored for it. */
async function addNewRooms(database: Database, context: SyncContext, answer: SyncAnswer): Promise<void> {
  for (const { room, type, content } of await readAllAccountData(database.reader, context.requester.user)) {
    if (context.whole.has(room)) add(answer, context, room, type, content);
  }
}

function add(answer: SyncAnswer, context: SyncContext, room: number, type: string, content: string): void {
  const event = { type, content: JSON.parse(content) as JsonObject };
  if (room === 0) answer.accountData.push(event);
  else if (context.joined.has(room)) answer.addRoomAccountData(room, event);
}
