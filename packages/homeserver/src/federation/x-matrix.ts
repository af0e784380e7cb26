import { canonicalJson, jsonObject, type JsonValue, parseKeyId, parseServerName, type ServerName } from '@hearth/protocol';

/** What a request says of who made it (https://spec.matrix.org/v1.19/server-server-api/#request-authentication). */
export type XMatrix = {
  readonly origin: ServerName;
  /** Servers of before 2022 do not say it in the header; they sign it all the same. */
  readonly destination: ServerName | undefined;
  readonly keyId: string;
  readonly signature: string;
};

/** Greatest header that is read: two server names, a key id and a signature fit many times. */
const headerLengthMax = 2048;
const parametersMax = 16;

/**
 * One parameter and what separates it from the next. A value is a token of HTTP or stands in quotes; older servers wrote names with a
 * port, and key ids, without quotes, so that a colon is taken too.
 */
const parameter =
  /[\t ]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[\t ]*=[\t ]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z:]+)))?[\t ]*(?:,|$)/y;

/** Whether a header is meant as one of this scheme. */
export function isXMatrix(header: string): boolean {
  return /^x-matrix(?:[\t ]|$)/i.test(header);
}

/** The header's parameters, or undefined when it is not of the form, lacks one, or says one twice. Parameters that nobody knows are passed over. */
export function parseXMatrix(header: string): XMatrix | undefined {
  if (!isXMatrix(header) || header.length > headerLengthMax) return undefined;
  const values = readParameters(header.slice('X-Matrix'.length));
  if (values === undefined) return undefined;
  const origin = parseServerName(values.get('origin'));
  const destination = parseServerName(values.get('destination'));
  const keyId = parseKeyId(values.get('key'));
  const signature = values.get('sig');
  if (origin === undefined || keyId === undefined || signature === undefined) return undefined;
  if (values.has('destination') && destination === undefined) return undefined;
  return { origin, destination, keyId, signature };
}

function readParameters(text: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  parameter.lastIndex = 0;
  for (let count = 0; parameter.lastIndex < text.length; count += 1) {
    const match = count < parametersMax ? parameter.exec(text) : null;
    if (match === null) return undefined;
    const [, name, quoted, token] = match;
    // Nothing between two commas is nothing (RFC 9110, section 5.6.1).
    if (name === undefined) continue;
    const key = name.toLowerCase();
    if (values.has(key)) return undefined;
    values.set(key, token ?? (quoted ?? '').replaceAll(/\\(.)/g, '$1'));
  }
  return values;
}

/** The header of a request of ours. None of the four can hold a quote or a backslash. */
export function formatXMatrix({ origin, destination, keyId, signature }: XMatrix): string {
  return `X-Matrix origin="${origin}",destination="${destination ?? ''}",key="${keyId}",sig="${signature}"`;
}

export type SignedRequest = {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly uri: string;
  readonly origin: string;
  readonly destination: string;
  readonly content: JsonValue | undefined;
};

/** What the signature of a request covers. Transactions may carry events of old rooms, with numbers that others may not have. */
export function signedRequestText({ method, uri, origin, destination, content }: SignedRequest): string {
  return canonicalJson(jsonObject({ method, uri, origin, destination, content }), 'legacy');
}
