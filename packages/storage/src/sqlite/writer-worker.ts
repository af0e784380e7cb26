import { parentPort, workerData } from 'node:worker_threads';

import { Checkpointer } from './checkpoint.ts';
import { GroupCommitter } from './commit-group.ts';
import { openWriter } from './connection.ts';
import type { WriterReply, WriterRequest } from './messages.ts';

/** The thread that writes: one connection, one group after the other. A request is answered by one reply, in order. */
const port = parentPort;
if (port === null) throw new Error('writer-worker runs as a worker');
const database = openWriter((workerData as { file: string }).file);
const committer = new GroupCommitter(database);
const checkpointer = new Checkpointer(database);
const reserve = database.prepare(
  `INSERT INTO number_blocks (sequence, next) VALUES (?1, 1 + ?2)
   ON CONFLICT (sequence) DO UPDATE SET next = next + ?2 RETURNING next - ?2 AS first`,
);

port.on('message', (request: WriterRequest) => {
  const reply = answer(request);
  port.postMessage(reply);
  if (request.kind === 'close') port.close();
  else checkpointer.afterCommit();
});

function answer(request: WriterRequest): WriterReply {
  switch (request.kind) {
    case 'hello':
      return { ready: true };
    case 'group':
      return committer.run(request);
    case 'numbers':
      return reserveNumbers(request.sequence, request.count);
    case 'close':
      checkpointer.stop();
      database.close();
      return { closed: true };
  }
}

function reserveNumbers(sequence: string, count: number): WriterReply {
  try {
    return { first: Number(reserve.get(sequence, count)?.['first']) };
  } catch (error) {
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
}
