import type { RoomEngine } from '../engine/engine.ts';
import type { SyncAnswer, SyncContext, SyncSection } from '../streams/stream.ts';
import { type ReceiptRow, readPrivateReceipts, readReceipts, readReceiptsOf } from './store.ts';
import type { JsonObject } from '@hearth/protocol';
import { type Database, streamKinds } from '@hearth/storage';

export type ReceiptsSectionDeps = { readonly database: Database; readonly engine: RoomEngine };

/** `m.receipt` in /sync: everybody's public receipts, and the reader's own private ones. */
export function receiptsSection(deps: ReceiptsSectionDeps): SyncSection {
  const { reader } = deps.database;
  return {
    name: 'receipts',
    collect: async (context, answer) => {
      const { requester, whole, changed } = context;
      const privateChanged = await privateRooms(context);
      for (const room of whole)
        await add(
          deps,
          room,
          [...(await readReceipts(reader, room)), ...(await readPrivateReceipts(reader, room, requester.user))],
          answer,
        );
      for (const room of new Set([...changed, ...privateChanged])) {
        if (whole.has(room) || !context.joined.has(room)) continue;
        const users = changed.has(room) ? await context.roomSubjects(room, streamKinds.receipt) : nobody;
        const rows = users.size === 0 ? [] : await readReceiptsOf(reader, room, [...users]);
        const own = privateChanged.has(room) ? await readPrivateReceipts(reader, room, requester.user) : [];
        await add(deps, room, [...rows, ...own], answer);
      }
    },
  };
}

async function privateRooms({ window, ownEntries }: SyncContext): Promise<ReadonlySet<number>> {
  if (window.initial) return nobody;
  return new Set((await ownEntries(streamKinds.privateReceipt)).map((entry) => entry.subject));
}

/** One event for each thread: within one event a user has one receipt of a type at most ("Receipts", server behaviour). */
async function add({ engine }: ReceiptsSectionDeps, room: number, rows: readonly ReceiptRow[], answer: SyncAnswer): Promise<void> {
  if (rows.length === 0) return;
  const userIds = await engine.userIds(rows.map((row) => row.usr));
  const threads = new Map<string, Content>();
  for (const [index, row] of rows.entries()) {
    const content = threads.get(row.thread) ?? emptyMap<Content>();
    threads.set(row.thread, content);
    const ofEvent = (content[row.event_id] ??= emptyMap());
    const ofType = (ofEvent[row.type] ??= emptyMap());
    ofType[userIds[index] ?? ''] = row.thread === '' ? { ts: row.ts } : { ts: row.ts, thread_id: row.thread };
  }
  for (const content of threads.values()) answer.addEphemeral(room, { type: 'm.receipt', content });
}

type Content = Record<string, Record<string, Record<string, JsonObject>>>;

/** Without a prototype, since the keys are other people's. */
function emptyMap<Shape extends object>(): Shape {
  return Object.create(null) as Shape;
}

const nobody: ReadonlySet<number> = new Set();
