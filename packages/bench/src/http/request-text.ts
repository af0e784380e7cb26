export type RequestParts = {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly host: string;
  readonly token?: string | undefined;
  /** JSON; may hold any characters. */
  readonly body?: string | undefined;
};

/** A request as it goes over the wire, one character for each byte. */
export function requestText(parts: RequestParts): string {
  return requestWriter(parts)(parts.path, parts.body);
}

/** Prepares what stays the same from request to request, since this runs once for each one that is measured. */
export function requestWriter({ method, host, token }: Omit<RequestParts, 'path' | 'body'>): (path: string, body?: string) => string {
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  const before = `${method} `;
  const after = ` HTTP/1.1\r\nHost: ${host}\r\n${authorization}Accept: */*\r\n`;
  return (path, body) => {
    if (body === undefined) return `${before}${path}${after}\r\n`;
    const bytes = asBytes(body);
    return `${before}${path}${after}Content-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n${bytes}`;
  };
}

function asBytes(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length === text.length ? text : bytes.toString('latin1');
}
