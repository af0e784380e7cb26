import { type Transferable, Worker } from 'node:worker_threads';

import type { StorageLog } from '../ports.ts';
import { StorageUnavailable } from '../write.ts';

type Waiting<Reply> = { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void };

/** What a thread copies in and out dies young: without a bound its heap grows to three times 16 MB for it. */
const maxYoungGenerationSizeMb = 24;

/**
 * Talks to a worker thread that answers each request in order. A thread that dies fails what it was asked, with
 * StorageUnavailable, and is started again by the next request. The thread keeps the process alive only while it owes an answer.
 */
export class WorkerLink<Request, Reply> {
  readonly #name: string;
  readonly #workerData: unknown;
  readonly #log: StorageLog;
  /** Called before the first message to a new thread, which knows nothing of what the last one was told. */
  readonly #onStart: () => void;
  /** Bounded by the callers: one group, one refill per sequence, one batch of reads. */
  #waiting: Waiting<Reply>[] = [];
  #worker: Worker | undefined;

  constructor(name: string, workerData: unknown, onStart: () => void, log: StorageLog) {
    this.#name = name;
    this.#workerData = workerData;
    this.#onStart = onStart;
    this.#log = log;
  }

  /** `makeRequest` runs when the thread is there. */
  request(makeRequest: () => Request, transferOf: (request: Request) => Transferable[] = () => []): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const worker = (this.#worker ??= this.#start());
      const request = makeRequest();
      worker.postMessage(request, transferOf(request));
      if (this.#waiting.length === 0) worker.ref();
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Ends the thread. Anything still unanswered fails. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#failAll(new StorageUnavailable('the database is closed'));
  }

  #start(): Worker {
    this.#onStart();
    // The same file works from source (.ts) and compiled (.js).
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./${this.#name}-worker.${extension}`, import.meta.url), {
      workerData: this.#workerData,
      resourceLimits: { maxYoungGenerationSizeMb },
      name: `storage-${this.#name}`,
    });
    worker.unref();
    worker.on('message', (reply: Reply) => this.#received(reply));
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', (code) => this.#ended(worker, code));
    return worker;
  }

  /** A thread that owes no answer and ends well was told to; its last answer may arrive in the same turn as its end. */
  #ended(worker: Worker, code: number): void {
    if (this.#worker === worker && code === 0 && this.#waiting.length === 0) this.#worker = undefined;
    else this.#died(worker, new Error('the thread ended'));
  }

  #received(reply: Reply): void {
    this.#waiting.shift()?.resolve(reply);
    if (this.#waiting.length === 0) this.#worker?.unref();
  }

  #died(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#log.error('A storage thread died; the next request starts it again', { thread: this.#name, error });
    this.#failAll(new StorageUnavailable(`the storage thread "${this.#name}" died`, { cause: error }));
  }

  #failAll(error: StorageUnavailable): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }
}
