/**
 * Run as a process of its own: the least that any homeserver on node:http must do for a durable send. It reads JSON, hashes and
 * signs an event, and answers when the event, findable by its id and by its transaction, is on the disk. It has no rooms, no users,
 * no rules and no readers. It tells its port and ends with its standard input.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { KeptEvent } from './least-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'hearth-least-'));
const writer = new Worker(new URL('./least-writer.ts', import.meta.url), { workerData: join(folder, 'events.db') });
const { privateKey } = generateKeyPairSync('ed25519');

/** Makes each event another one. */
let depth = 0;
/** What came while the writer was busy: the next group. */
let waiting: { readonly event: KeptEvent; readonly response: ServerResponse }[] = [];
let underWay: typeof waiting = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const content = JSON.parse(Buffer.concat(chunks).toString('utf8')) as object;
    waiting.push({ event: eventOf(request.url ?? '', content), response });
    if (underWay.length === 0) setImmediate(flush);
  });
});

function eventOf(path: string, content: object): KeptEvent {
  const fields = {
    auth_events: ['$a', '$b', '$c'],
    content,
    depth: (depth += 1),
    prev_events: ['$p'],
    room_id: '!r',
    sender: '@u',
    type: 'm.room.message',
  };
  const hash = createHash('sha256').update(JSON.stringify(fields)).digest('base64');
  const hashed = JSON.stringify({ ...fields, hashes: { sha256: hash } });
  const signature = sign(null, Buffer.from(hashed), privateKey).toString('base64');
  const id = `$${createHash('sha256').update(hashed).digest('base64url')}`;
  return {
    id,
    transaction: path,
    json: JSON.stringify({ ...fields, hashes: { sha256: hash }, signatures: { here: { 'ed25519:1': signature } } }),
  };
}

function flush(): void {
  if (underWay.length > 0 || waiting.length === 0) return;
  underWay = waiting;
  waiting = [];
  writer.postMessage(underWay.map(({ event }) => event));
}

writer.on('message', () => {
  for (const { event, response } of underWay) {
    const answer = JSON.stringify({ event_id: event.id });
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) });
    response.end(answer);
  }
  underWay = [];
  setImmediate(flush);
});

server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.resume().on('end', () => {
  server.closeAllConnections();
  server.close();
  void writer.terminate().then(() => rmSync(folder, { recursive: true }));
});
