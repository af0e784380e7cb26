import { MatrixError } from './errors.ts';
import { loginFailureRates, type Rate, rateClasses, unknownTokenRate } from './rate-classes.ts';
import type { RateClass, Requester } from './route.ts';
import { type Clock, network } from '@hearth/kit';

/**
 * Limits how often things may be done (GCRA: each key has one number, the time at which its bucket is full again). State is per
 * process: behind n nodes a limit is up to n times as wide.
 */
export type RateLimiter = {
  /** Counts a request of a class; throws M_LIMIT_EXCEEDED when it comes too soon. Users are counted by id, strangers by address. */
  charge(rateClass: RateClass, ip: string, requester: Requester | undefined): void;
  /** Throws M_LIMIT_EXCEEDED while there have been too many failed logins. Call it before a password is looked at. */
  checkLogin(account: string, ip: string): void;
  /** Counts a failed login. */
  loginFailed(account: string, ip: string): void;
  /** Counts a request whose token nobody has; throws M_LIMIT_EXCEEDED when there are too many. */
  unknownToken(ip: string): void;
};

export type RateLimiterOptions = {
  readonly clock: Clock;
  /** False: nothing is limited. */
  readonly enabled: boolean;
  /** Users whom no limit holds: application services that may send as fast as they like. */
  readonly exempt?: (requester: Requester) => boolean;
};

/** Most keys that are remembered. When it is full, what was not used for longest is forgotten, which only lets it start anew. */
const keysMax = 100_000;

export function createRateLimiter({ clock, enabled, exempt }: RateLimiterOptions): RateLimiter {
  if (!enabled)
    return { charge: () => undefined, checkLogin: () => undefined, loginFailed: () => undefined, unknownToken: () => undefined };
  const table = new Buckets(clock);
  const failures = (account: string, ip: string): readonly (readonly [string, Rate])[] => [
    [`login-pair ${network(ip)} ${account}`, loginFailureRates.accountAndAddress],
    [`login-account ${account}`, loginFailureRates.account],
    [`login-address ${network(ip)}`, loginFailureRates.address],
  ];
  return {
    charge(rateClass, ip, requester) {
      if (rateClass === 'none' || (requester !== undefined && exempt?.(requester) === true)) return;
      refuse(table.take(`${rateClass} ${requester?.userId ?? network(ip)}`, rateClasses[rateClass]));
    },
    checkLogin(account, ip) {
      refuse(Math.max(...failures(account, ip).map(([key, rate]) => table.wait(key, rate))));
    },
    loginFailed(account, ip) {
      for (const [key, rate] of failures(account, ip)) table.take(key, rate);
    },
    unknownToken(ip) {
      refuse(table.take(`token ${network(ip)}`, unknownTokenRate));
    },
  };
}

function refuse(waitMs: number): void {
  if (waitMs <= 0) return;
  throw new MatrixError('M_LIMIT_EXCEEDED', undefined, { extra: { retry_after_ms: Math.ceil(waitMs) } });
}

class Buckets {
  readonly #clock: Clock;
  /** By key: when the bucket is full again, in monotonic milliseconds. Oldest use first. */
  readonly #fullAt = new Map<string, number>();
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds to wait, 0 if it may happen now; nothing is counted. */
  wait(key: string, rate: Rate): number {
    const now = this.#clock.monotonic();
    const fullAt = Math.max(now, this.#fullAt.get(key) ?? now);
    return Math.max(0, fullAt + 1000 / rate.perSecond - (rate.burst * 1000) / rate.perSecond - now);
  }

  /** Counts one if it may happen now, and says how long to wait if not. */
  take(key: string, rate: Rate): number {
    const wait = this.wait(key, rate);
    if (wait > 0) return wait;
    const now = this.#clock.monotonic();
    const fullAt = Math.max(now, this.#fullAt.get(key) ?? now);
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt + 1000 / rate.perSecond);
    if (this.#fullAt.size > keysMax) this.#forget(now);
    return 0;
  }

  /** Drops what is full again from the old end (up to 100 keys), and in any case the oldest. */
  #forget(now: number): void {
    let looked = 0;
    for (const [key, fullAt] of this.#fullAt) {
      if (looked > 0 && fullAt > now) return;
      this.#fullAt.delete(key);
      if (++looked >= 100) return;
    }
  }
}
