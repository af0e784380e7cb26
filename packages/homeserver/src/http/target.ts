import { MatrixError } from './errors.ts';
import { segmentsOf } from './segments.ts';

/** A request's path and query, decoded. */
export type Target = { readonly segments: readonly string[]; readonly query: ReadonlyMap<string, readonly string[]> };

/** Longest decoded path segment in UTF-16 units. The whole target is bounded by the header limit of 16 KB. */
const segmentLengthMax = 4096;

/** Decodes `/path?query`. What is not valid percent-encoded UTF-8, or holds U+0000, is refused: it is in no identifier. */
export function parseTarget(target: string): Target {
  const mark = target.indexOf('?');
  const path = originForm(mark < 0 ? target : target.slice(0, mark));
  const segments = segmentsOf(path);
  const printable = isPrintable(path);
  for (const [index, segment] of segments.entries()) {
    // Most of them stand for themselves.
    if (!printable || segment.includes('%')) segments[index] = decode(segment, 'path');
  }
  if (path.length > segmentLengthMax && segments.some((segment) => segment.length > segmentLengthMax)) {
    throw new MatrixError('M_INVALID_PARAM', `A part of the path is longer than ${segmentLengthMax} characters.`);
  }
  return { segments, query: parseQuery(mark < 0 ? '' : target.slice(mark + 1)) };
}

/** Decodes `a=1&b=2`, as browsers encode forms: `+` is a space. */
export function parseQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>();
  if (text === '') return query;
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode((equals < 0 ? part : part.slice(0, equals)).replaceAll('+', ' '), 'query');
    const value = equals < 0 ? '' : decode(part.slice(equals + 1).replaceAll('+', ' '), 'query');
    const values = query.get(name);
    if (values === undefined) query.set(name, [value]);
    else values.push(value);
  }
  return query;
}

/** `http://host/path` and `*` are legal in a request line; only the path matters here. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = /^https?:\/\/[^/]*(\/.*)?$/i.exec(target);
  return rest === null ? '/' : (rest[1] ?? '/');
}

function isPrintable(text: string): boolean {
  return /^[\u0020-\u007E]*$/.test(text);
}

function decode(text: string, where: 'path' | 'query'): string {
  // oxlint-disable-next-line no-control-regex -- all that is not ASCII is looked for
  const ascii = !/[^\u0000-\u007F]/.test(text);
  if (ascii && !text.includes('%') && !text.includes('\0')) return text;
  let decoded: string;
  try {
    // node:http hands over one character for each byte; some clients send UTF-8 without percent-encoding it.
    decoded = decodeURIComponent(ascii ? text : utf8.decode(Buffer.from(text, 'latin1')));
  } catch {
    throw new MatrixError('M_INVALID_PARAM', `The ${where} of this request is not valid percent-encoded UTF-8.`);
  }
  if (decoded.includes('\0')) throw new MatrixError('M_INVALID_PARAM', `The ${where} of this request holds the character U+0000.`);
  return decoded;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
