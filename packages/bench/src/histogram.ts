/**
 * Times in microseconds, counted in buckets that grow with their value, so that each percentile is right to 1.6 % whatever the range
 * (the idea of HdrHistogram). Recording costs a few instructions and no memory.
 */
export class Histogram {
  /** Below 128 each number has its bucket; each doubling above has 64. */
  readonly #counts = new Uint32Array(64 * 27);
  #count = 0;
  #maxUs = 0;
  #sumUs = 0;

  recordMs(milliseconds: number): void {
    const us = Math.min(Math.max(0, Math.round(milliseconds * 1000)), 2 ** 31 - 1);
    const bucket = bucketOf(us);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#sumUs += us;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  get count(): number {
    return this.#count;
  }

  /** The smallest value, in milliseconds, that this share (0 to 1) of all values does not exceed. */
  percentileMs(share: number): number {
    let left = Math.ceil(share * this.#count);
    if (left >= this.#count) return this.#maxUs / 1000;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return Math.min(lastOf(bucket), this.#maxUs) / 1000;
    }
    return this.#maxUs / 1000;
  }

  summary(): Percentiles {
    return {
      mean: this.#count === 0 ? 0 : this.#sumUs / this.#count / 1000,
      p50: this.percentileMs(0.5),
      p90: this.percentileMs(0.9),
      p99: this.percentileMs(0.99),
      max: this.#maxUs / 1000,
    };
  }
}

/** Milliseconds. */
export type Percentiles = { readonly mean: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };

function bucketOf(us: number): number {
  if (us < 128) return us;
  const shift = 25 - Math.clz32(us);
  return (shift << 6) + (us >>> shift);
}

/** The largest value in a bucket. */
function lastOf(bucket: number): number {
  if (bucket < 128) return bucket;
  const shift = (bucket >> 6) - 1;
  return ((bucket - (shift << 6) + 1) << shift) - 1;
}
