import type { Branded } from './brand.ts';
import type { ServerName } from './server-name.ts';
import { parseServerName } from './server-name.ts';

/** `mxc://server/media-id`. */
export type MxcUri = Branded<'MxcUri'>;
export type MxcParts = { readonly serverName: ServerName; readonly mediaId: string };

/** Longest media id that is accepted. The specification names no limit; ids of 255 fit every store. */
const mediaIdLengthMax = 255;

/**
 * The parts of an `mxc://` URI, or undefined. Only a real server name and an id of letters, digits, `_` and `-` pass,
 * so nothing can climb out of a directory or reach another host
 * (https://spec.matrix.org/v1.19/client-server-api/#content-repo-security-considerations).
 */
export function splitMxcUri(text: unknown): MxcParts | undefined {
  if (typeof text !== 'string' || !text.startsWith('mxc://')) return undefined;
  const slash = text.indexOf('/', 6);
  if (slash < 0) return undefined;
  const serverName = parseServerName(text.slice(6, slash));
  const mediaId = text.slice(slash + 1);
  return serverName !== undefined && isMediaId(mediaId) ? { serverName, mediaId } : undefined;
}

/** `text` as an `mxc://` URI. */
export function parseMxcUri(text: unknown): MxcUri | undefined {
  return splitMxcUri(text) === undefined ? undefined : (text as MxcUri);
}

/** True for what may stand as the media id of a URI or a path. */
export function isMediaId(text: string): boolean {
  return text.length <= mediaIdLengthMax && /^[A-Za-z0-9_-]+$/.test(text);
}
