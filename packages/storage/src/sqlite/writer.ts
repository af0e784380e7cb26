import type { StorageCounters } from '../database.ts';
import { StatementNumbers } from '../dialect/statement-numbers.ts';
import type { StorageLog } from '../ports.ts';
import { type Outcome, placeEntries } from '../write-queue.ts';
import { StorageUnavailable, type Write, WriteRefused } from '../write.ts';
import type { GroupMessage, GroupReply, Refusal, WriterReply, WriterRequest } from './messages.ts';
import { packGroup } from './pack.ts';
import { WorkerLink } from './worker-link.ts';

/** The main thread's side of the writer thread. */
export class SqliteWriter {
  readonly #statements = new StatementNumbers('sqlite');
  readonly #link: WorkerLink<WriterRequest, WriterReply>;
  readonly #counters: StorageCounters;

  constructor(file: string, counters: StorageCounters, log: StorageLog) {
    this.#counters = counters;
    this.#link = new WorkerLink('writer', { file }, () => this.#statements.forgetTold(), log);
  }

  /** Starts the thread; throws when it cannot open the file. */
  async start(): Promise<void> {
    await this.#link.request(() => ({ kind: 'hello' }));
  }

  /** Throws when a statement of the write cannot be understood. */
  check(write: Write): void {
    for (const statement of write.statements) {
      if ('insert' in statement) this.#statements.ofInsert(statement.insert);
      else this.#statements.ofQuery(statement.run);
    }
  }

  async commit(writes: readonly Write[]): Promise<readonly Outcome[]> {
    const reply = (await this.#link.request(
      () => packGroup(writes, this.#statements),
      (group) => [(group as GroupMessage).bytes.buffer as ArrayBuffer],
    )) as GroupReply;
    this.#count(reply);
    const refused = new Map(reply.refused.map((refusal) => [refusal.index, refusalError(refusal)]));
    return placeEntries(writes, refused, reply.head);
  }

  async reserveNumbers(sequence: string, count: number): Promise<number> {
    const reply = await this.#link.request(() => ({ kind: 'numbers', sequence, count }));
    if ('first' in reply) return reply.first;
    throw new StorageUnavailable('unavailable' in reply ? reply.unavailable : 'the writer thread is closed');
  }

  /** Lets the thread move its log into the database file and ends it. */
  async close(): Promise<void> {
    await this.#link.request(() => ({ kind: 'close' }));
    await this.#link.stop();
  }

  #count(reply: GroupReply): void {
    this.#counters.statementsWritten += reply.statements;
    this.#counters.rowsWritten += reply.rows;
    if (reply.split) this.#counters.splits += 1;
    if (reply.committed) this.#counters.commits += 1;
  }
}

function refusalError({ why, message }: Refusal): Error {
  switch (why) {
    case 'unavailable':
      return new StorageUnavailable(message);
    case 'failed':
      return new Error(`a write failed: ${message}`);
    default:
      return new WriteRefused(why, message);
  }
}
