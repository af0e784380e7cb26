import { Agent, request } from 'undici';

// oxlint-disable-next-line no-explicit-any -- the checks look into bodies whose shape the API tests have checked
type Body = any;

export type Call = { readonly method: 'GET' | 'PUT' | 'POST'; readonly path: string; readonly body?: object };
export type Answer = { readonly status: number; readonly body: Body };

/** The server went away before it answered: whether it did what was asked is open. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Longer than a long poll. An answer that takes longer counts as none. */
const answerMsMax = 45_000;

/** How clients reach one life of the server. */
export class Door {
  readonly #baseUrl: string;
  readonly #agent = new Agent({ connections: 128, pipelining: 1, headersTimeout: answerMsMax, bodyTimeout: answerMsMax });

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  async call(token: string | undefined, { method, path, body }: Call): Promise<Answer> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const response = await request(`${this.#baseUrl}/_matrix/client/v3${path}`, {
        method,
        dispatcher: this.#agent,
        headers: { ...authorization, 'content-type': 'application/json' },
        ...json,
      });
      return { status: response.statusCode, body: await response.body.json() };
    } catch (error) {
      throw new NoAnswer(`${method} ${path} was not answered`, { cause: error });
    }
  }

  /** The body of an answer of 200; anything else is an error. */
  async ok(token: string | undefined, call: Call): Promise<Body> {
    const { status, body } = await this.call(token, call);
    if (status !== 200) throw new Error(`${call.method} ${call.path} was answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** A path whose values are percent-encoded. */
export function path(strings: TemplateStringsArray, ...values: string[]): string {
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent));
}
