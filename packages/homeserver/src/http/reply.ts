import type { Html } from '@hearth/kit';

/**
 * An answer with a status, a type or headers of its own: `throw`n by nobody, returned by handlers. JSON objects are serialised,
 * `Html` is sent as a page, bytes need a `content-type` header.
 */
export class Reply {
  readonly status: number;
  readonly body: object | Html | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: object | Html | Uint8Array, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}
