import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

import type { MatrixError } from './errors.ts';
import { FileBody, Reply } from './reply.ts';
import type { HtmlAnswer, PreparedJson, RouteAnswer, StreamedJson } from './route.ts';
import { Html } from '@hearth/kit';

/** What is written to the client. */
export type Outgoing = {
  readonly status: number;
  readonly body: Uint8Array | string | FileBody | AsyncIterable<string>;
  readonly headers: Readonly<Record<string, string>>;
};

const json = { 'Content-Type': 'application/json' };
const noStore = { 'Cache-Control': 'no-store' };

/** Pages run no script of their own text, load nothing from elsewhere and stand in nobody's frame. */
const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
};

/** Turns what a handler returned into bytes and headers. */
export function outgoing(answer: RouteAnswer): Outgoing {
  if (answer instanceof Reply) {
    const { body, headers } = content(answer.body);
    return { status: answer.status, body, headers: { ...headers, ...capitalised(answer.headers) } };
  }
  if (isPrepared(answer)) return { status: 200, body: answer.preparedJson, headers: { ...json, ...noStore } };
  if (isStreamed(answer)) return { status: 200, body: answer.jsonParts, headers: { ...json, ...noStore } };
  if (isPage(answer)) return { status: answer.status ?? 200, body: answer.html.toString(), headers: { ...pageHeaders, ...noStore } };
  return content(answer as object);
}

function content(body: object | Html | Uint8Array | FileBody): Outgoing {
  if (body instanceof Html) return { status: 200, body: body.toString(), headers: { ...pageHeaders, ...noStore } };
  if (body instanceof Uint8Array || body instanceof FileBody)
    return { status: 200, body, headers: { 'Content-Type': 'application/octet-stream', ...noStore } };
  return { status: 200, body: serialise(body), headers: { ...json, ...noStore } };
}

/** The body of an error, with the header that tells how long to wait. */
export function outgoingError(error: MatrixError): Outgoing {
  const wait = error.extra['retry_after_ms'];
  const retry = typeof wait === 'number' ? { 'Retry-After': String(Math.max(1, Math.ceil(wait / 1000))) } : {};
  return { status: error.status, body: serialise(error.body()), headers: { ...json, ...noStore, ...retry } };
}

/** Sends it. A response that has begun, or whose client is gone, is left alone. */
export async function send(
  response: ServerResponse,
  answer: Outgoing,
  more: Readonly<Record<string, string>>,
  stallMs = stallMsMax,
): Promise<void> {
  const { body } = answer;
  if (response.headersSent || response.destroyed) {
    if (body instanceof FileBody) void body.handle.close();
    return;
  }
  const headers = { ...more, 'X-Content-Type-Options': 'nosniff', ...answer.headers };
  if (isParts(body)) {
    response.writeHead(answer.status, headers);
    return stream(response, body, stallMs);
  }
  response.writeHead(answer.status, answer.status === 304 ? headers : { ...headers, 'Content-Length': lengthOf(body) });
  if (body instanceof FileBody) return sendFile(response, body, stallMs);
  response.end(body);
  // Most answers fit into the system's buffer. What does not waits in ours, and only for a client that goes on reading.
  if (response.socket !== null && response.socket.writableLength > 0) response.setTimeout(stallMs, () => response.destroy());
}

/** The bytes come from the disk as fast as the client takes them; the pipeline closes the file however it ends. */
function sendFile(response: ServerResponse, { handle, start, length }: FileBody, stallMs: number): void {
  response.setTimeout(stallMs, () => response.destroy());
  if (length === 0 || response.req.method === 'HEAD') {
    void handle.close();
    response.end();
    return;
  }
  // A client that hangs up ends it with an error, which is nobody's concern.
  pipeline(handle.createReadStream({ start, end: start + length - 1 }), response, () => undefined);
}

function lengthOf(body: Exclude<Outgoing['body'], AsyncIterable<string>>): number {
  if (body instanceof FileBody) return body.length;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}

function isParts(body: Outgoing['body']): body is AsyncIterable<string> {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}

/** Sends parts as they are made, and makes no more of them than the client takes. */
async function stream(response: ServerResponse, parts: AsyncIterable<string>, stallMs: number): Promise<void> {
  for await (const part of parts) {
    if (response.destroyed) return;
    if (!response.write(part)) await drained(response, stallMs);
  }
  response.end();
}

async function drained(response: ServerResponse, stallMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cut = (): unknown => response.destroy();
  response.setTimeout(stallMs, cut);
  response.once('drain', resolve);
  response.once('close', resolve);
  await promise;
  response.off('drain', resolve);
  response.off('close', resolve);
  response.setTimeout(0);
  response.off('timeout', cut);
}

/** A client that takes nothing of its answer for so long is cut, since the answer is held in memory for it. */
const stallMsMax = 30_000;

/** These look at the value's class, which no JSON that a user stored can imitate. */
function isPrepared(answer: RouteAnswer): answer is PreparedJson {
  return typeof answer === 'object' && answer !== null && 'preparedJson' in answer && answer.preparedJson instanceof Uint8Array;
}

function isStreamed(answer: RouteAnswer): answer is StreamedJson {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'jsonParts' in answer &&
    typeof answer.jsonParts === 'object' &&
    answer.jsonParts !== null &&
    Symbol.asyncIterator in answer.jsonParts
  );
}

function isPage(answer: RouteAnswer): answer is HtmlAnswer {
  return typeof answer === 'object' && answer !== null && 'html' in answer && answer.html instanceof Html;
}

/** Events of old room versions may hold integers beyond 2^53, which JSON.stringify refuses; a replacer for all would cost four times as much. */
function serialise(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? rawNumber(item) : item));
  }
  if (text === undefined) throw new TypeError('a handler returned nothing that JSON can hold');
  return text;
}

/** https://tc39.es/proposal-json-parse-with-source/; in V8 since Node 22, not yet in TypeScript's library. */
function rawNumber(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(value.toString());
}

/** A reply's own header replaces the usual one, however it is capitalised. */
function capitalised(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase().replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase()), value]),
  );
}
