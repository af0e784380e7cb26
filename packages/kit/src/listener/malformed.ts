import type { Duplex } from 'node:stream';

/**
 * Answers what is not even HTTP, before there is a request: too great a head, a head that does not end, bytes that two servers
 * could read differently. The connection ends with it.
 */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Duplex, headers: Readonly<Record<string, string>>): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, sentence] = problem(error.code ?? '');
  const body = JSON.stringify({ errcode: 'M_UNKNOWN', error: sentence });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join('')}Connection: close\r\n\r\n`;
  socket.end(head + body, () => socket.destroy());
}

function problem(code: string): readonly [string, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['431 Request Header Fields Too Large', 'The head of this request is too large.'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['408 Request Timeout', 'This request did not arrive in time.'];
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return ['413 Content Too Large', 'The chunks of this request are too large.'];
  return ['400 Bad Request', 'This is not a valid HTTP request.'];
}
