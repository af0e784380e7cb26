import type { IncomingMessage } from 'node:http';

import { MatrixError } from './errors.ts';
import type { Clock, Timer } from '@hearth/kit';

/** A body that is not an upload must have arrived within this time, and may never pause for longer than the second. */
const bodyMsMax = 60_000;
const pauseMsMax = 30_000;

/** What of a refused body is still taken in, so that the client gets to read the answer; then the connection is cut. */
const discardBytesMax = 8 * 1024 * 1024;
const discardMsMax = 10_000;

/** How often the times above are looked at: one timer for all bodies, since a timer for each would cost more than reading it. */
const lookEveryMs = 5_000;

type Reading = { readonly startedAt: number; heardAt: number; readonly fail: (error: Error) => void };

/** Reads bodies, within bounds of size and time. */
export class BodyReader {
  readonly #clock: Clock;
  readonly #reading = new Set<Reading>();
  #timer: Timer | undefined;
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A whole body of at most `bytesMax` bytes. */
  async read(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
    const declared = checkedLength(request, bytesMax);
    if (declared === 0 && request.headers['transfer-encoding'] === undefined) return Buffer.alloc(0);
    const chunks = await this.#collect(request, bytesMax);
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }

  /** A body of at most `bytesMax` bytes as it comes. The listener bounds how long it may take, this how long it may pause. */
  async *stream(request: IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
    checkedLength(request, bytesMax);
    const reading: Reading = {
      startedAt: Infinity,
      heardAt: this.#clock.monotonic(),
      fail: (error) => void request.destroy(error),
    };
    this.#watch(reading);
    let length = 0;
    try {
      // The request stays open when its reader gives up: somebody has to read the answer.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > bytesMax) throw tooLarge(bytesMax);
        reading.heardAt = this.#clock.monotonic();
        yield chunk;
      }
      if (!request.complete) throw new ClientGone();
    } catch (error) {
      if (error instanceof MatrixError) throw error;
      throw new ClientGone();
    } finally {
      this.#reading.delete(reading);
    }
  }

  #collect(request: IncomingMessage, bytesMax: number): Promise<readonly Buffer[]> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const now = this.#clock.monotonic();
      const reading: Reading = { startedAt: now, heardAt: now, fail: (error) => finish(error) };
      this.#watch(reading);
      const onData = (chunk: Buffer): void => {
        length += chunk.length;
        if (length > bytesMax) return finish(tooLarge(bytesMax));
        chunks.push(chunk);
        reading.heardAt = this.#clock.monotonic();
      };
      const onEnd = (): void => {
        this.#reading.delete(reading);
        resolve(chunks);
      };
      // Also called after the end, in vain: it would cost more to take the listeners off than to leave them there.
      const onGone = (): void => {
        if (this.#reading.has(reading)) finish(new ClientGone());
      };
      const finish = (error: Error): void => {
        this.#reading.delete(reading);
        request.off('data', onData);
        reject(error);
      };
      request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
    });
  }

  #watch(reading: Reading): void {
    this.#reading.add(reading);
    if (this.#timer === undefined) this.#timer = this.#clock.setTimer(lookEveryMs, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.monotonic();
    for (const reading of this.#reading) {
      if (now - reading.startedAt >= bodyMsMax || now - reading.heardAt >= pauseMsMax) reading.fail(tooSlow());
    }
    this.#timer = this.#reading.size === 0 ? undefined : this.#clock.setTimer(lookEveryMs, () => this.#look());
  }
}

/** The client hung up before it had sent everything: nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Swallows what is left of a body that nobody wants, within bounds. */
export function discardBody(request: IncomingMessage, clock: Clock): void {
  if (request.complete || request.destroyed) return;
  let length = 0;
  const cut = (): void => void request.socket.destroy();
  const timer = clock.setTimer(discardMsMax, cut);
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > discardBytesMax) cut();
  });
  request.once('close', () => timer.cancel());
  request.on('error', () => undefined);
  request.resume();
}

/** What the head says of the body's length; refuses what would be too long, and what is compressed. */
function checkedLength(request: IncomingMessage, bytesMax: number): number {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new MatrixError('M_NOT_JSON', 'This server does not take compressed requests.', { status: 415 });
  }
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > bytesMax) throw tooLarge(bytesMax);
  return declared;
}

function tooLarge(bytesMax: number): MatrixError {
  return new MatrixError('M_TOO_LARGE', `The body of this request may have at most ${bytesMax} bytes.`);
}

function tooSlow(): MatrixError {
  return new MatrixError('M_UNKNOWN', 'The body of this request did not arrive in time.', { status: 408 });
}
