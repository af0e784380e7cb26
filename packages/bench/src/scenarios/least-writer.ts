/** The thread of least-server.ts that owns the database: a group of events is one transaction, on the disk before it says so. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

export type KeptEvent = { readonly id: string; readonly transaction: string; readonly json: string };

const database = new DatabaseSync(workerData as string);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536');
database.exec('CREATE TABLE events (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, txn TEXT NOT NULL UNIQUE, json TEXT NOT NULL)');
const insert = database.prepare('INSERT INTO events (id, txn, json) VALUES (?, ?, ?)');

parentPort?.on('message', (group: readonly KeptEvent[]) => {
  database.exec('BEGIN');
  for (const { id, transaction, json } of group) insert.run(id, transaction, json);
  database.exec('COMMIT');
  parentPort?.postMessage(group.length);
});
