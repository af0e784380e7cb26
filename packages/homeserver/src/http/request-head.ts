import type { IncomingMessage } from 'node:http';

import { MatrixError } from './errors.ts';

/** Headers that may stand there once. With two, a proxy in front may have looked at the other one. */
const single = new Set(['host', 'authorization', 'content-length', 'transfer-encoding', 'content-type', 'content-encoding']);

/** Most header lines of a request. node:http ignores what is beyond its own limit without saying so. */
export const headersMax = 100;

/** Refuses heads that two readers could understand differently. node's parser has refused the grossest ones before. */
export function checkHead(request: IncomingMessage): void {
  if (request.httpVersionMajor !== 1) throw new MatrixError('M_UNKNOWN', 'This server speaks HTTP/1.1.', { status: 400 });
  const raw = request.rawHeaders;
  if (raw.length / 2 > headersMax) throw new MatrixError('M_UNKNOWN', `A request may have at most ${headersMax} headers.`, { status: 431 });
  const seen = new Set<string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    if (!single.has(name)) continue;
    if (seen.has(name))
      throw new MatrixError(name === 'authorization' ? 'M_UNKNOWN_TOKEN' : 'M_UNKNOWN', `The header ${name} stands there more than once.`);
    seen.add(name);
  }
}
