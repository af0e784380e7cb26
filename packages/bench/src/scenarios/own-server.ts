import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { closedLoop, type LoopResult } from '../closed-loop.ts';
import type { Options } from '../options.ts';
import { hasEventId, messageRequests } from './message-requests.ts';
import type { Clock } from '@hearth/kit';

/** As long as a room's id and a token of Hearth, so that both servers read requests of the same length. */
const roomId = `!${'r'.repeat(43)}`;
const token = 't'.repeat(43);

/** Servers that come with the bench, to compare a homeserver with. */
const programs = { bare: './bare-server.ts', least: './least-server.ts' } as const;

/** The durable-sends requests, sent to one of these in a process of its own. */
export async function ownServer(program: keyof typeof programs, options: Options, clock: Clock): Promise<LoopResult> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(programs[program], import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const endpoint = { host: '127.0.0.1', port: Number(String(line)) };
    const host = `127.0.0.1:${endpoint.port}`;
    const requests = Array.from({ length: options.connections }, (_, connection) =>
      messageRequests({ host, token, roomIds: [roomId], run: `run${connection + 100_000}`, bytes: options.bytes }),
    );
    return await closedLoop(
      {
        endpoint,
        connections: options.connections,
        warmupMs: options.warmup * 1000,
        measuredMs: options.seconds * 1000,
        next: (connection) => requests[connection]?.() ?? '',
        isRight: hasEventId,
        pid: child.pid,
      },
      clock,
    );
  } finally {
    child.stdin.end();
    await ended;
  }
}
