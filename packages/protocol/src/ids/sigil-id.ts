import { fitsInBytes } from '../json/utf8.ts';
import { identifierBytesMax } from './brand.ts';
import type { ServerName } from './server-name.ts';
import { parseServerName } from './server-name.ts';

/** The two halves of `&localpart:domain`. The localpart never holds a colon, so the first one parts them. */
export type SigilParts = { readonly localpart: string; readonly serverName: ServerName };

/**
 * Takes `&localpart:domain` apart and checks what is common to all identifiers of that form: the sigil, 255 bytes,
 * no NUL, no half surrogates, a domain that is a server name. The localpart may be empty here.
 */
export function splitSigilId(text: string, sigil: string): SigilParts | undefined {
  if (!text.startsWith(sigil) || !isIdentifierText(text)) return undefined;
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const serverName = parseServerName(text.slice(colon + 1));
  return serverName === undefined ? undefined : { localpart: text.slice(sigil.length, colon), serverName };
}

/** True for text that may stand in an identifier at all: at most 255 bytes, well-formed, without NUL. */
export function isIdentifierText(text: string): boolean {
  return fitsInBytes(text, identifierBytesMax) && text.isWellFormed() && !text.includes('\0');
}
