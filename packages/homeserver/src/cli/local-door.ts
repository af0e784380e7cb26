import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';

import { MatrixError } from '../http/errors.ts';
import { CommandFailed } from './command-error.ts';
import type { Clock, Log } from '@hearth/kit';

/*
 * Only one process at a time can use a SQLite file, so while the server runs, commands cannot open it. They ask the
 * server then, over a Unix socket in the data directory. Whoever may use the socket may read the database and the signing key
 * beside it: the directory around it is open to its owner only, and nothing else is asked. One request per connection:
 * a line of JSON each way.
 */

/** Longest request and answer, in characters; a page of 500 accounts has about 200 KB, 400 events of a graph at most 900. */
const lineCharsMax = 1024 * 1024;
/** How long either side waits for the other's line. A password hash takes a twentieth of a second. */
const waitMsMax = 30_000;
/** Requests at once; more are turned away. */
const connectionsMax = 16;

export type LocalDoor = { close(): Promise<void> };

/** How commands put a question to the server, wherever it runs. Question and answer are plain data. */
export type Ask<Question, Answer> = (question: Question) => Promise<Answer>;

type DoorAnswer<Answer> = { readonly answer: Answer } | { readonly failed: string };

export function doorOf(dataDir: string): string {
  return join(resolve(dataDir), 'door', 'hearth.sock');
}

/** Opens the door. The caller holds the database's lock, so a socket that is there already is one of a process that died. */
export async function openLocalDoor<Question>(
  dataDir: string,
  answer: Ask<Question, unknown>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<LocalDoor> {
  const path = doorOf(dataDir);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await chmod(dirname(path), 0o700);
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const answered = async (line: string): Promise<void> => {
      socket.end(`${JSON.stringify(await reply(line, answer))}\n`);
    };
    const failed = (error: unknown): void => {
      log.error('a command could not be carried out', { error });
      socket.destroy();
    };
    // Who says nothing only wanted to know whether somebody is there.
    oneLine(socket, clock).then(
      (line) => answered(line).catch(failed),
      () => undefined,
    );
  });
  server.maxConnections = connectionsMax;
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(path, ready);
  });
  return {
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        // What is under way is a write of its own and goes on; nobody waits for its answer.
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function reply<Question>(line: string, answer: Ask<Question, unknown>): Promise<DoorAnswer<unknown>> {
  try {
    return { answer: await answer(JSON.parse(line) as Question) };
  } catch (error) {
    if (error instanceof MatrixError || error instanceof CommandFailed) return { failed: error.message };
    throw error;
  }
}

/** Asks the running server. Undefined when nobody answers at the door. */
export async function askRunningServer<Question, Answer>(dataDir: string, clock: Clock): Promise<Ask<Question, Answer> | undefined> {
  const path = doorOf(dataDir);
  const probe = await knock(path);
  if (probe === undefined) return undefined;
  probe.destroy();
  return async (question) => {
    const socket = await knock(path);
    if (socket === undefined) throw new CommandFailed('The running server has stopped.');
    socket.write(`${JSON.stringify(question)}\n`);
    const said = await oneLine(socket, clock).then((line) => JSON.parse(line) as DoorAnswer<Answer>);
    socket.destroy();
    if ('failed' in said) throw new CommandFailed(said.failed);
    return said.answer;
  };
}

function knock(path: string): Promise<Socket | undefined> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => done(socket));
    socket.once('error', () => done(undefined));
  });
}

/** The first line that the other side says. */
function oneLine(socket: Socket, clock: Clock): Promise<string> {
  return new Promise((resolved, rejected) => {
    let text = '';
    const timer = clock.setTimer(waitMsMax, () => fail('the other side said nothing'));
    const fail = (why: string): void => {
      timer.cancel();
      socket.destroy();
      rejected(new CommandFailed(`The running server could not be asked: ${why}.`));
    };
    socket.setEncoding('utf8');
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection ended'));
    socket.on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end >= 0) {
        timer.cancel();
        resolved(text.slice(0, end));
      } else if (text.length > lineCharsMax) fail('too much was said');
    });
  });
}
