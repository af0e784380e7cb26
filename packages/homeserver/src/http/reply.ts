import type { FileHandle } from 'node:fs/promises';

import type { Html } from '@hearth/kit';

/**
 * An answer with a status, a type or headers of its own: `throw`n by nobody, returned by handlers. JSON objects are serialised,
 * `Html` is sent as a page, bytes and files need a `content-type` header.
 */
export class Reply {
  readonly status: number;
  readonly body: object | Html | Uint8Array | FileBody;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: object | Html | Uint8Array | FileBody, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A part of a file, which is sent without being held in memory. Whoever sends the answer closes the file. */
export class FileBody {
  readonly handle: FileHandle;
  readonly start: number;
  readonly length: number;
  constructor(handle: FileHandle, start: number, length: number) {
    this.handle = handle;
    this.start = start;
    this.length = length;
  }
}
