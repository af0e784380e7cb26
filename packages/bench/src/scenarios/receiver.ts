import { Connection } from '../http/connection.ts';
import { requestWriter } from '../http/request-text.ts';
import type { Server } from '../setup/server.ts';

/** A user with one request to /sync waiting at any time. */
export class Receiver {
  readonly #connection: Connection;
  readonly #write: (path: string) => string;
  readonly #onMessage: (number: number) => void;
  #stopped = false;
  /** Numbers of the messages that came. */
  readonly seen = new Set<number>();
  doubled = 0;
  /** Answers that were no sync; after so many the receiver gives up. */
  wrong = 0;
  firstWrong: string | undefined;

  constructor(server: Server, token: string, onMessage: (number: number) => void) {
    this.#connection = new Connection(server.endpoint);
    this.#write = requestWriter({ method: 'GET', host: server.host, token });
    this.#onMessage = onMessage;
  }

  /** Resolves once the first, unwaiting /sync is answered; from then on the user waits. */
  start(): Promise<void> {
    return new Promise((resolve) => this.#sync('', 0, resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#connection.close();
  }

  #sync(since: string, timeoutMs: number, first?: () => void): void {
    const position = since === '' ? '' : `&since=${encodeURIComponent(since)}`;
    this.#connection.send(this.#write(`/_matrix/client/v3/sync?timeout=${timeoutMs}&filter=${filter}${position}`), (answer, error) => {
      if (this.#stopped) return;
      const next = answer?.status === 200 ? nextBatch.exec(answer.body)?.[1] : undefined;
      if (answer === undefined || next === undefined) {
        this.#count(error === undefined ? `${answer?.status} ${answer?.body.slice(0, 200)}` : error.message);
      } else {
        this.#take(answer.body);
      }
      first?.();
      if (this.wrong < wrongMax) this.#sync(next ?? since, waitMs);
    });
  }

  /** Looks for the messages' numbers without parsing: the generator shares its processors with the server. */
  #take(body: string): void {
    for (const [, text] of body.matchAll(numbers)) {
      const number = Number(text);
      if (this.seen.has(number)) this.doubled += 1;
      else this.#onMessage(number);
      this.seen.add(number);
    }
  }

  #count(problem: string): void {
    this.wrong += 1;
    this.firstWrong ??= problem;
  }
}

const waitMs = 30_000;
const wrongMax = 20;
const filter = encodeURIComponent(JSON.stringify({ room: { timeline: { limit: 100 } }, presence: { types: [] } }));
const nextBatch = /"next_batch":\s*"([^"]+)"/;
const numbers = /"body":\s*"number (\d+)/g;

/** The text of a message whose arrival is measured. */
export function numberedText(number: number, bytes: number): string {
  return `number ${number} `.padEnd(bytes, '.');
}
