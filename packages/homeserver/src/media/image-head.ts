/** Kinds of pictures that thumbnails are made of. Others have decoders that are strangers' playgrounds (ME-04). */
export type ImageKind = 'png' | 'jpeg' | 'gif' | 'webp';
export type ImageHead = { readonly kind: ImageKind; readonly width: number; readonly height: number };

/** Bytes at the beginning of a file in which its size is looked for. Photos have their small copy and notes before it. */
export const headBytes = 256 * 1024;

/** What a file's first bytes say, whatever its uploader said; undefined for what is no such picture. */
export function imageHead(bytes: Buffer): ImageHead | undefined {
  const head = pngHead(bytes) ?? gifHead(bytes) ?? webpHead(bytes) ?? jpegHead(bytes);
  return head !== undefined && head.width > 0 && head.height > 0 ? head : undefined;
}

function pngHead(bytes: Buffer): ImageHead | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1A\n' || bytes.toString('latin1', 12, 16) !== 'IHDR')
    return undefined;
  return { kind: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function gifHead(bytes: Buffer): ImageHead | undefined {
  if (bytes.length < 10 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return undefined;
  return { kind: 'gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** https://developers.google.com/speed/webp/docs/riff_container: the plain, the lossless and the extended form. */
function webpHead(bytes: Buffer): ImageHead | undefined {
  if (bytes.length < 30 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { kind: 'webp', width: bytes.readUInt16LE(26) & 0x3f_ff, height: bytes.readUInt16LE(28) & 0x3f_ff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { kind: 'webp', width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
    }
    case 'VP8X':
      return { kind: 'webp', width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** Goes from marker to marker until one that begins a frame. */
function jpegHead(bytes: Buffer): ImageHead | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xff_d8) return undefined;
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const beginsFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (beginsFrame) return { kind: 'jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return undefined;
}
