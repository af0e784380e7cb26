import { Connection, type Endpoint } from '../http/connection.ts';
import { requestText } from '../http/request-text.ts';
import { type Answer, json } from '../http/response-reader.ts';
import { type Clock, sleep } from '@hearth/kit';

// oxlint-disable-next-line no-explicit-any -- callers look at the one or two fields that they need
type Body = any;

export type Call = { readonly method: string; readonly path: string; readonly token?: string | undefined; readonly body?: unknown };

/** A request that is rate limited is tried again so often, each time after as long as the server says, but at most so long. */
const triesMax = 20;
const waitMsMax = 5000;

/** A homeserver, for all that is not measured. */
export class Server {
  readonly endpoint: Endpoint;
  readonly host: string;
  readonly #clock: Clock;
  readonly #free: Connection[] = [];

  constructor(target: URL, clock: Clock) {
    this.endpoint = { host: target.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(target.port === '' ? 80 : target.port) };
    this.host = target.host;
    this.#clock = clock;
  }

  /** The body of an answer of 200; anything else is an error. */
  async ok(call: Call): Promise<Body> {
    const answer = await this.call(call);
    if (answer.status !== 200) throw new Error(`${call.method} ${call.path} was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    return json(answer);
  }

  /** Any answer, except that a rate limit is waited for. */
  async call(call: Call): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#once(call);
      if (answer.status !== 429 || tries === triesMax) return answer;
      const wait = Number((json(answer) as { retry_after_ms?: unknown }).retry_after_ms ?? 1000);
      await sleep(this.#clock, Math.min(wait, waitMsMax));
    }
  }

  close(): void {
    for (const connection of this.#free) connection.close();
  }

  async #once({ method, path, token, body }: Call): Promise<Answer> {
    const connection = this.#free.pop() ?? new Connection(this.endpoint);
    try {
      return await connection.request(
        requestText({ method, path, host: this.host, token, body: body === undefined ? body : JSON.stringify(body) }),
      );
    } finally {
      this.#free.push(connection);
    }
  }
}

/** Runs the work of all items, a few at a time, and returns the results in order. */
export async function eachOf<T, R>(items: readonly T[], atOnce: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
