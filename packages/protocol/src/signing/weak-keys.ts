/**
 * Public keys that must never be believed.
 *
 * Points of small order verify signatures that nobody made. An encoding whose y is not below the field's prime has a
 * twin with another text, so it is refused too. And there are keys whose seed is printed somewhere.
 */
const smallOrderY: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

/** True when the 32 bytes are a point of small order or not the one encoding of their point. */
export function isWeakPoint(publicKey: Uint8Array): boolean {
  const y = Uint8Array.from(publicKey);
  y[31] = (y[31] as number) & 0x7f;
  return isAbovePrime(y) || smallOrderY.has(Array.from(y, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}

/** The prime is 2^255 − 19: all bits set but the low byte's, which is 0xed. */
function isAbovePrime(y: Uint8Array): boolean {
  return y[31] === 0x7f && (y[0] as number) >= 0xed && y.subarray(1, 31).every((byte) => byte === 0xff);
}

const knownBad: ReadonlySet<string> = new Set([
  // The signing key of the specification's test vectors.
  'XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI',
  // Grown from a seed of 32 zero bytes, and of 32 bytes 0xff: what a generator without entropy gives.
  'O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik',
  'dqFZIESm5PURJlvKc6YE2QsFKdHfYCvjChmpJXZg0fU',
]);

/** True for public keys (unpadded base64) whose private part is public knowledge. Their owner can be anybody. */
export function isKnownBadKey(publicKey: string): boolean {
  return knownBad.has(publicKey);
}
