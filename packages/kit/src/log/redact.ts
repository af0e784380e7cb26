/** Keys whose values never reach a log, wherever they stand. Compared in lower case, without `-` and `_`. */
const secretKeys = new Set([
  'accesstoken',
  'refreshtoken',
  'logintoken',
  'token',
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'password',
  'newpassword',
  'secret',
  'clientsecret',
  'sharedsecret',
  'mac',
  'hstoken',
  'astoken',
  'privatekey',
  'session',
  'body',
]);

/** How deep a field is looked into and how long a string may get; beyond that it is cut. */
const depthMax = 4;
const itemsMax = 50;
const textLengthMax = 4096;

const hidden = '(hidden)';
const inUrls = /([?&;\s"']|^)((?:access_|refresh_|login_|hs_|as_|client_)?(?:token|secret|password)|session|mac)=[^&;\s"'#]*/gi;
const inHeaders = /\b(bearer|basic|x-matrix)\s+[^\s,"']+/gi;
const inAddresses = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,256}):[^\s/@]{1,1024}@/gi;

/** Each of the patterns above needs one of these; most texts of a log have none. */
const suspicious = /=|:\/\/|\b(?:bearer|basic|x-matrix)\s/i;

/** A text without what looks like a token or a password in an address, a header or a query. */
export function redactText(text: string): string {
  if (text.length <= textLengthMax && !suspicious.test(text)) return text;
  const cut = text.length > textLengthMax ? `${text.slice(0, textLengthMax)}… (${text.length} characters)` : text;
  return cut.replace(inUrls, `$1$2=${hidden}`).replace(inHeaders, `$1 ${hidden}`).replace(inAddresses, `$1:${hidden}@`);
}

/** A copy of log fields that is safe to write: secrets hidden, errors spelled out, size bounded. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value !== undefined) safe[key] = isSecretKey(key) ? hidden : redactValue(value, 1);
  }
  return safe;
}

function isSecretKey(key: string): boolean {
  let secret = seenKeys.get(key);
  if (secret === undefined) {
    secret = secretKeys.has(key.toLowerCase().replaceAll(/[-_]/g, ''));
    if (seenKeys.size < seenKeysMax) seenKeys.set(key, secret);
  }
  return secret;
}

/** The keys of a program's log are few; those of foreign objects are not remembered beyond this. */
const seenKeysMax = 500;
const seenKeys = new Map<string, boolean>();

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue((value.toJSON as () => unknown)(), depth);
  if (depth >= depthMax) return '(deeper)';
  if (Array.isArray(value)) return value.slice(0, itemsMax).map((item) => redactValue(item, depth + 1));
  const safe: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value).slice(0, itemsMax)) safe[key] = isSecretKey(key) ? hidden : redactValue(item, depth + 1);
  return safe;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: redactText(error.message),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined || depth >= depthMax ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
