import { createHash } from 'node:crypto';

import { type Random, randomFrom } from '../random.ts';

/** Randomness that a seed repeats exactly: the stream of SHA-256(seed, 0), SHA-256(seed, 1), … */
export function seededRandom(seed: number | string): Random {
  let block = 0;
  let rest = Buffer.alloc(0);
  return randomFrom((length) => {
    while (rest.length < length) {
      rest = Buffer.concat([rest, createHash('sha256').update(`${seed}:${block}`).digest()]);
      block += 1;
    }
    const taken = Buffer.from(rest.subarray(0, length));
    rest = Buffer.from(rest.subarray(length));
    return taken;
  });
}
