import type { StatementNumbers } from '../dialect/statement-numbers.ts';
import type { StorageLog } from '../ports.ts';
import { StorageUnavailable } from '../write.ts';
import type { ReadMessage, ReadReply, ReadResult } from './messages.ts';
import type { Rows } from './read-rows.ts';
import { WorkerLink } from './worker-link.ts';

/** Reads of one message to the thread. */
const batchMax = 32;
/** Reads that may wait for the thread; more are refused with StorageUnavailable. */
const waitingMax = 10_000;

type Read = ReadMessage['reads'][number];
type Waiting = { readonly read: Read; readonly resolve: (rows: Rows) => void; readonly reject: (error: Error) => void };

/** The main thread's side of the reader thread: what is asked while it works goes as one message when it is done. */
export class Scans {
  readonly #statements: StatementNumbers;
  readonly #link: WorkerLink<ReadMessage, ReadReply>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(file: string, statements: StatementNumbers, log: StorageLog) {
    this.#statements = statements;
    this.#link = new WorkerLink('reader', { file }, () => statements.forgetTold(), log);
  }

  run(read: Read): Promise<Rows> {
    if (this.#waiting.length >= waitingMax) throw new StorageUnavailable(`${waitingMax} reads are waiting already`);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ read, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits for what was asked. */
  async close(): Promise<void> {
    await this.#running;
    await this.#link.stop();
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#runBatch(this.#waiting.splice(0, batchMax));
    this.#running = undefined;
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const { results } = await this.#link.request(() => ({ define: this.#statements.takeUntold(), reads: batch.map(({ read }) => read) }));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result: ReadResult = results[index] ?? { error: 'no result', unavailable: false };
        if (!('error' in result)) resolve(result);
        else reject(result.unavailable ? new StorageUnavailable(result.error) : new Error(`a read failed: ${result.error}`));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
