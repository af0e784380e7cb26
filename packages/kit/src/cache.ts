import { LRUCache } from 'lru-cache';

import type { Clock } from './clock.ts';
import type { Counter, Metrics } from './metrics.ts';

/** What a key, an entry and the bookkeeping around them cost beside the value, roughly, in bytes. */
const entryOverheadBytes = 150;
/** No entry may be greater than this part of the budget: one value would push out everything else. */
const entryShareMax = 1 / 16;

export type CacheOptions<V> = {
  /** For the metrics: `events`, `state-nodes`. */
  readonly name: string;
  /** The size of a value in bytes; a rough figure will do. */
  readonly sizeOf: (value: V) => number;
  /** How much of the budget this cache may claim against the others; 1 unless said otherwise. */
  readonly weight?: number;
  /** After this time an entry counts as absent. */
  readonly ttlMs?: number;
};

/** A cache that forgets what was not used for longest. Everything in it can be had again from elsewhere. */
export interface Cache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
  clear(): void;
  readonly bytes: number;
  readonly size: number;
}

/**
 * All caches of a server under one bound in bytes. When the sum grows beyond it, the cache that takes most for its weight gives up
 * its oldest entries: an idle cache lends its share to busy ones.
 */
export class CacheBudget {
  readonly bytesMax: number;
  readonly #clock: Clock;
  readonly #caches: BoundedCache<never, never>[] = [];
  readonly #hits: Counter;
  readonly #misses: Counter;
  readonly #metrics: Metrics;
  #bytes = 0;
  constructor(bytesMax: number, clock: Clock, metrics: Metrics) {
    this.bytesMax = bytesMax;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#hits = metrics.counter('hearth_cache_hits_total', 'Look-ups that a cache answered.', ['cache']);
    this.#misses = metrics.counter('hearth_cache_misses_total', 'Look-ups that a cache could not answer.', ['cache']);
    metrics.gauge('hearth_cache_bytes_max', 'What all caches together may take.', { collect: () => bytesMax });
  }

  /** What all caches hold together, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  cache<K extends {}, V extends {}>(options: CacheOptions<V>): Cache<K, V> {
    const { name } = options;
    const cache = new BoundedCache<K, V>({
      ...options,
      clock: this.#clock,
      bytesMax: this.bytesMax,
      hit: this.#hits.at(name),
      miss: this.#misses.at(name),
      grew: (bytes) => this.#grew(bytes),
    });
    this.#caches.push(cache as unknown as BoundedCache<never, never>);
    this.#metrics.gauge(`hearth_cache_bytes_${name.replaceAll(/[^a-z0-9]/g, '_')}`, `Bytes in the cache ${name}.`, {
      collect: () => cache.bytes,
    });
    return cache;
  }

  #grew(bytes: number): void {
    this.#bytes += bytes;
    // Ends: each round takes an entry out, and empty caches are not chosen.
    while (this.#bytes > this.bytesMax) {
      const greediest = this.#caches.reduce<BoundedCache<never, never> | undefined>(
        (most, cache) => (cache.size > 0 && (most === undefined || cache.claim > most.claim) ? cache : most),
        undefined,
      );
      if (greediest === undefined) return;
      greediest.dropOldest();
    }
  }
}

type BoundedOptions<V> = CacheOptions<V> & {
  readonly clock: Clock;
  readonly bytesMax: number;
  readonly hit: { add(): void };
  readonly miss: { add(): void };
  readonly grew: (bytes: number) => void;
};

class BoundedCache<K extends {}, V extends {}> implements Cache<K, V> {
  readonly #lru: LRUCache<K, V>;
  readonly #options: BoundedOptions<V>;
  readonly #entryBytesMax: number;
  constructor(options: BoundedOptions<V>) {
    this.#options = options;
    this.#entryBytesMax = Math.floor(options.bytesMax * entryShareMax);
    this.#lru = new LRUCache<K, V>({
      maxSize: options.bytesMax,
      // A start at 0 would mean "never grows old" to lru-cache.
      perf: { now: () => options.clock.monotonic() + 1 },
      ...(options.ttlMs === undefined ? {} : { ttl: options.ttlMs, ttlResolution: 0 }),
    });
  }

  get(key: K): V | undefined {
    const before = this.bytes;
    const value = this.#lru.get(key);
    // An entry that was too old has been taken out by the look-up.
    if (this.bytes !== before) this.#options.grew(this.bytes - before);
    if (value === undefined) this.#options.miss.add();
    else this.#options.hit.add();
    return value;
  }

  set(key: K, value: V): void {
    const size = Math.ceil(this.#options.sizeOf(value)) + entryOverheadBytes + (typeof key === 'string' ? key.length * 2 : 8);
    const before = this.bytes;
    if (size > this.#entryBytesMax) this.#lru.delete(key);
    else this.#lru.set(key, value, { size });
    this.#options.grew(this.bytes - before);
  }

  delete(key: K): void {
    const before = this.bytes;
    this.#lru.delete(key);
    this.#options.grew(this.bytes - before);
  }

  clear(): void {
    const before = this.bytes;
    this.#lru.clear();
    this.#options.grew(-before);
  }

  dropOldest(): void {
    const before = this.bytes;
    this.#lru.pop();
    this.#options.grew(this.bytes - before);
  }

  get bytes(): number {
    return this.#lru.calculatedSize;
  }

  get size(): number {
    return this.#lru.size;
  }

  /** How much it takes for its weight. */
  get claim(): number {
    return this.bytes / (this.#options.weight ?? 1);
  }
}
