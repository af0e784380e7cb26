import type { IncomingMessage } from 'node:http';

import { MatrixError } from './errors.ts';

/** Headers that may stand there once. With two, a proxy in front may have looked at the other one. */
const single = ['host', 'authorization', 'content-length', 'transfer-encoding', 'content-type', 'content-encoding'];
const lengths = new Set(single.map((name) => name.length));

/** Most header lines of a request. node:http ignores what is beyond its own limit without saying so. */
export const headersMax = 100;

/** Refuses heads that two readers could understand differently. node's parser has refused the grossest ones before. */
export function checkHead(request: IncomingMessage): void {
  if (request.httpVersionMajor !== 1) throw new MatrixError('M_UNKNOWN', 'This server speaks HTTP/1.1.', { status: 400 });
  if (request.httpVersionMinor === 1 && request.headers.host === undefined)
    throw new MatrixError('M_UNKNOWN', 'A request needs the header Host.', { status: 400 });
  const raw = request.rawHeaders;
  if (raw.length / 2 > headersMax) throw new MatrixError('M_UNKNOWN', `A request may have at most ${headersMax} headers.`, { status: 431 });
  let seen = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const place = placeOf(raw[index] ?? '');
    if (place < 0) continue;
    const name = single[place];
    // Another server may sign a request with several keys.
    if (name === 'authorization' && /^x-matrix /i.test(raw[index + 1] ?? '')) continue;
    if ((seen & (1 << place)) !== 0)
      throw new MatrixError(name === 'authorization' ? 'M_UNKNOWN_TOKEN' : 'M_UNKNOWN', `The header ${name} stands there more than once.`);
    seen |= 1 << place;
  }
}

/** Most headers are none of these, which their length tells. */
function placeOf(name: string): number {
  return lengths.has(name.length) ? single.indexOf(name.toLowerCase()) : -1;
}
