import { parentPort, workerData } from 'node:worker_threads';

import { openReader } from './connection.ts';
import { classify } from './errors.ts';
import type { ReadMessage, ReadReply, ReadResult } from './messages.ts';
import { PreparedReads } from './read-rows.ts';

/** The thread that scans. A message of reads is answered by one message of results, in the same order. */
const port = parentPort;
if (port === null) throw new Error('reader-worker runs as a worker');
const reads = new PreparedReads(openReader((workerData as { file: string }).file));
const statements: string[] = [];

port.on('message', (message: ReadMessage) => {
  statements.push(...message.define);
  port.postMessage({ results: message.reads.map(run) } satisfies ReadReply);
});

function run(read: ReadMessage['reads'][number]): ReadResult {
  try {
    return reads.run(read.statement, (number) => statements[number] ?? '', read.values);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), unavailable: classify(error) === 'unavailable' };
  }
}
