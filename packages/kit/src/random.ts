import { randomBytes } from 'node:crypto';

/** The only source of randomness. What it gives is unpredictable, except for the seeded one of the tests. */
export interface Random {
  bytes(length: number): Buffer;
  /** An unguessable string with at least this many bits, made of `A-Z a-z 0-9 - _`. */
  token(bits: number): string;
  /** A string of characters drawn evenly from the alphabet (at most 256 characters). */
  text(length: number, alphabet: string): string;
  /** An integer from 0 up to, but not including, `end` (at most 2^32). */
  integer(end: number): number;
}

export const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const digits = '0123456789';

/** Randomness of the operating system. */
export function systemRandom(): Random {
  return randomFrom((length) => randomBytes(length));
}

/** Builds everything from a source of bytes. */
export function randomFrom(bytes: (length: number) => Buffer): Random {
  return {
    bytes,
    token: (bits) => bytes(Math.ceil(bits / 8)).toString('base64url'),
    text: (length, alphabet) => drawText(bytes, length, alphabet),
    integer: (end) => drawInteger(bytes, end),
  };
}

/** Bytes at or above the largest multiple of the alphabet's size are thrown away, so no character is likelier than another. */
function drawText(bytes: (length: number) => Buffer, length: number, alphabet: string): string {
  if (alphabet.length < 2 || alphabet.length > 256) throw new RangeError('the alphabet must have 2 to 256 characters');
  const usable = 256 - (256 % alphabet.length);
  let drawn = '';
  while (drawn.length < length) {
    for (const byte of bytes(length - drawn.length + 8)) {
      if (byte < usable && drawn.length < length) drawn += alphabet[byte % alphabet.length];
    }
  }
  return drawn;
}

function drawInteger(bytes: (length: number) => Buffer, end: number): number {
  if (!Number.isInteger(end) || end < 1 || end > 2 ** 32) throw new RangeError('the end must be an integer from 1 to 2^32');
  const usable = 2 ** 32 - (2 ** 32 % end);
  for (;;) {
    // Ends after two draws on average at worst: more than half of all values are usable.
    const drawn = bytes(4).readUInt32BE(0);
    if (drawn < usable) return drawn % end;
  }
}
