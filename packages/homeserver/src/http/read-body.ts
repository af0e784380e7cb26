import type { IncomingMessage } from 'node:http';

import type { Clock } from '@hearth/kit';

import { MatrixError } from './errors.ts';

/** A body that is not an upload must have arrived within this time, and may never pause for longer than the second. */
const bodyMsMax = 60_000;
const pauseMsMax = 30_000;

/** What of a refused body is still taken in, so that the client gets to read the answer; then the connection is cut. */
const discardBytesMax = 8 * 1024 * 1024;
const discardMsMax = 10_000;

/** Reads a whole body of at most `bytesMax` bytes. */
export async function readBody(request: IncomingMessage, bytesMax: number, clock: Clock): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new MatrixError('M_NOT_JSON', 'This server does not take compressed requests.', { status: 415 });
  }
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > bytesMax) throw tooLarge(bytesMax);
  if (request.headers['transfer-encoding'] === undefined && declared === 0) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const late = clock.setTimer(bodyMsMax, () => finish(tooSlow()));
    let pause = clock.setTimer(pauseMsMax, () => finish(tooSlow()));
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bytesMax) return finish(tooLarge(bytesMax));
      chunks.push(chunk);
      pause.cancel();
      pause = clock.setTimer(pauseMsMax, () => finish(tooSlow()));
    };
    const onEnd = (): void => finish();
    const onGone = (): void => finish(new ClientGone());
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
    function finish(error?: Error): void {
      late.cancel();
      pause.cancel();
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      if (error === undefined) resolve();
      else reject(error);
    }
  });
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
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

function tooLarge(bytesMax: number): MatrixError {
  return new MatrixError('M_TOO_LARGE', `The body of this request may have at most ${bytesMax} bytes.`);
}

function tooSlow(): MatrixError {
  return new MatrixError('M_UNKNOWN', 'The body of this request did not arrive in time.', { status: 408 });
}
