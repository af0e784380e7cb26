/** An answer as it came: its body is a string of one character for each byte, unless it is asked for as JSON. */
export type Answer = { readonly status: number; readonly body: string };

/** No answer that the scenarios ask for is longer; a server that sends more has lost its way. */
const answerBytesMax = 64 * 1024 * 1024;

/**
 * Reads the answers of one HTTP/1.1 connection, one at a time (RFC 9112). It knows just what servers send to an API's client:
 * a Content-Length or chunks. What arrives in one piece, as nearly all does, is not copied.
 */
export class ResponseReader {
  /** What came before, at the beginning of a buffer that doubles: an answer of megabytes is copied a few times and not for each read. */
  #held: Buffer = Buffer.alloc(0);
  #heldBytes = 0;
  #chunks: Chunks | undefined;
  /** Whether the server wants the connection closed after the last answer. */
  closes = false;

  /** Takes in bytes that the caller may overwrite afterwards; returns the answer once it is whole. Throws on what is no HTTP. */
  push(bytes: Buffer): Answer | undefined {
    const whole = this.#heldBytes === 0 ? bytes : this.#hold(bytes);
    if (whole.length > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
    const answer = this.#parse(whole);
    if (answer === undefined) {
      if (whole === bytes) this.#hold(bytes);
    } else {
      this.#held = Buffer.alloc(0);
      this.#heldBytes = 0;
      this.#chunks = undefined;
    }
    return answer;
  }

  #hold(bytes: Buffer): Buffer {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#held.length));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldBytes);
    this.#heldBytes = needed;
    return this.#held.subarray(0, needed);
  }

  #parse(bytes: Buffer): Answer | undefined {
    if (this.#chunks !== undefined) return moreChunks(bytes, this.#chunks);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = bytes.toString('latin1', 0, end).toLowerCase();
    const status = Number(head.slice(9, 12));
    if (!head.startsWith('http/1.1 ') || !(status >= 100)) throw new Error(`not an answer: ${head.slice(0, 80)}`);
    this.closes = head.includes('\r\nconnection: close');
    const declared = contentLength(head);
    if (declared !== undefined && declared >= 0) return exactly(bytes, end + 4, declared, status);
    if (/\r\ntransfer-encoding: *chunked/.test(head)) {
      this.#chunks = { status, at: end + 4, body: '' };
      return moreChunks(bytes, this.#chunks);
    }
    throw new Error('an answer whose end cannot be known');
  }
}

function contentLength(head: string): number | undefined {
  const at = head.indexOf('\r\ncontent-length:');
  if (at < 0) return undefined;
  const lineEnd = head.indexOf('\r\n', at + 17);
  return Number(head.slice(at + 17, lineEnd < 0 ? undefined : lineEnd));
}

function exactly(bytes: Buffer, start: number, length: number, status: number): Answer | undefined {
  if (bytes.length < start + length) return undefined;
  if (bytes.length > start + length) throw new Error('more bytes than the answer has');
  return { status, body: bytes.toString('latin1', start, start + length) };
}

/** How far an answer in chunks was read. */
type Chunks = { readonly status: number; at: number; body: string };

/** Each step takes at least five bytes, so the loop ends with the buffer. */
function moreChunks(bytes: Buffer, chunks: Chunks): Answer | undefined {
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', chunks.at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', chunks.at, lineEnd), 16);
    if (!(size >= 0)) throw new Error('a chunk without a size');
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { status: chunks.status, body: chunks.body };
    chunks.body += bytes.toString('latin1', lineEnd + 2, next - 2);
    chunks.at = next;
  }
}

/** The body of an answer as JSON. */
// oxlint-disable-next-line no-explicit-any -- callers look at the one or two fields that they need
export function json(answer: Answer): any {
  return JSON.parse(Buffer.from(answer.body, 'latin1').toString('utf8'));
}
