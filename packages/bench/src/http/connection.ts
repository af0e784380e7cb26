import { connect, type Socket } from 'node:net';

import { type Answer, ResponseReader } from './response-reader.ts';

export type Endpoint = { readonly host: string; readonly port: number };

type Waiting = (answer: Answer | undefined, error: Error | undefined) => void;

/** Read at once into a buffer that is used again: the generator shares its processors with what it measures. */
const readBytes = 64 * 1024;

/**
 * A kept-alive connection with one request in flight. It does as little as can be done for a request: one write of prepared text, one
 * read, no stream machinery. When it breaks, the next request opens it anew.
 */
export class Connection {
  readonly #endpoint: Endpoint;
  #socket: Socket | undefined;
  #reader = new ResponseReader();
  #waiting: Waiting | undefined;
  /** How often the connection was opened again after it had broken or the server had closed it. */
  reopened = -1;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** Sends the text of a whole request (its characters are bytes). Exactly one of answer and error is given. */
  send(text: string, done: Waiting): void {
    if (this.#waiting !== undefined) throw new Error('a request is in flight on this connection');
    this.#waiting = done;
    this.#open().write(text, 'latin1');
  }

  /** The same as a promise. */
  request(text: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.send(text, (answer, error) => (answer === undefined ? reject(error ?? new Error('no answer')) : resolve(answer)));
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    if (this.#socket !== undefined) return this.#socket;
    this.reopened += 1;
    this.#reader = new ResponseReader();
    const buffer = Buffer.allocUnsafe(readBytes);
    const onread = {
      buffer,
      callback: (length: number): boolean => {
        this.#take(socket, length === readBytes ? buffer : buffer.subarray(0, length));
        return true;
      },
    };
    const socket = connect({ ...this.#endpoint, noDelay: true, onread });
    socket.on('error', (error) => this.#broken(socket, error));
    socket.on('close', () => this.#broken(socket, new Error('the server closed the connection')));
    this.#socket = socket;
    return socket;
  }

  #take(socket: Socket, bytes: Buffer): void {
    if (this.#socket !== socket) return;
    let answer: Answer | undefined;
    try {
      answer = this.#reader.push(bytes);
    } catch (error) {
      socket.destroy();
      return this.#broken(socket, error as Error);
    }
    if (answer === undefined) return;
    if (this.#reader.closes) this.close();
    this.#settle(answer, undefined);
  }

  #broken(socket: Socket, error: Error): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#settle(undefined, error);
  }

  #settle(answer: Answer | undefined, error: Error | undefined): void {
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.(answer, error);
  }
}
