import { MatrixError } from './errors.ts';
import type { Route } from './route.ts';
import { parseQuery } from './target.ts';
import { checkBody } from './validate.ts';
import { type JsonValue, parseJson } from '@hearth/protocol';

/** A body as the route wants it. JSON is read whatever the content type says, because clients of 2015 said anything. */
export function parseBody(route: Route, bytes: Buffer): unknown {
  if (route.body === undefined) return undefined;
  const body = route.bodyFormat === 'form' ? parseForm(bytes) : parseJsonBody(bytes, route);
  checkBody(route.body, body);
  return body;
}

export function parseJsonBody(bytes: Buffer, route: Route): JsonValue {
  if (bytes.length === 0) return Object.create(null) as Record<string, never>;
  const parsed = parseJson(bytes, { numbers: route.bodyNumbers ?? (route.auth === 'server' ? 'legacy' : 'any'), bytesMax: bytes.length });
  if (parsed.ok) return parsed.value;
  const code = parsed.kind === 'not-json' ? 'M_NOT_JSON' : parsed.kind === 'too-large' ? 'M_TOO_LARGE' : 'M_BAD_JSON';
  throw new MatrixError(code, `The body of this request cannot be used: ${parsed.reason} (at byte ${parsed.position}).`);
}

/** The fields of an HTML form; of a field that is given twice the last one counts, as a page's own script would see it. */
function parseForm(bytes: Buffer): Record<string, string> {
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, values] of parseQuery(bytes.toString('latin1'))) fields[name] = values.at(-1) ?? '';
  return fields;
}
