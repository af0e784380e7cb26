/** What a file is when nobody says it, or when what they say is no type. */
export const unknownType = 'application/octet-stream';

/** Longest content type and file name that are kept. */
const typeLengthMax = 255;
const nameLengthMax = 255;

const token = "[\\w!#$%&'*+.^`|~-]+";
const mediaType = new RegExp(`^${token}/${token}(?:\\s*;\\s*${token}=(?:${token}|"[^"\\\\\\p{Cc}]*"))*$`, 'u');

/** A type that an uploader gave, if it is one. It is told to readers and otherwise believed by nobody. */
export function checkedType(given: string | undefined): string {
  const type = given?.trim() ?? '';
  return type.length <= typeLengthMax && mediaType.test(type) && !/[^\u0020-\u007E]/.test(type) ? type : unknownType;
}

/** A file name that an uploader gave: a text for people, never a path. */
export function checkedName(given: string | undefined): string | undefined {
  const name = given
    ?.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '')
    .slice(0, nameLengthMax)
    .toWellFormed();
  return name === '' ? undefined : name;
}

/** Types that a browser may show where it stands, since nothing in them is run (https://spec.matrix.org/v1.19/client-server-api/#serving-inline-content). */
const shownInline = new Set([
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
]);

/** `Content-Disposition`: whether a browser shows the content or saves it, and under which name. */
export function disposition(type: string, name: string | undefined): string {
  const essence = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const kind = shownInline.has(essence) ? 'inline' : 'attachment';
  const checked = checkedName(name);
  if (checked === undefined) return kind;
  if (/^[\w.-]+$/.test(checked)) return `${kind}; filename=${checked}`;
  if (/^[\u0020-\u007E]+$/.test(checked)) return `${kind}; filename="${checked.replaceAll(/["\\]/g, '\\$&')}"`;
  return `${kind}; filename*=utf-8''${encodeURIComponent(checked).replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
