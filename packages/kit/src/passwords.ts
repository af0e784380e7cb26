import { argon2, type Argon2Parameters, timingSafeEqual } from 'node:crypto';

import type { Random } from './random.ts';

/**
 * Argon2id with two passes, and with more memory than the 19 MiB that OWASP's password storage cheat sheet asks for with them: blocks
 * above 32 MiB the C library gives back at once, while smaller ones it keeps for every thread that ever hashed (133 MB for libuv's four).
 */
const cost = { memory: 33 * 1024, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;

/** Hashes that are worked on at once: each keeps a thread of libuv's four busy for about 80 ms. */
const runningMax = 2;
/** Hashes that may wait. At 12 a second per thread the last one waits about five seconds. */
const waitingMax = 128;
/** Bounds of what a stored hash may ask for, should one come from elsewhere. */
const memoryMax = 256 * 1024;
const passesMax = 16;

/** Too many passwords wait to be checked; the caller answers 503. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy';
}

/** Hashes passwords and compares them with stored hashes, on libuv's threads and never many at once. */
export class Passwords {
  readonly #random: Random;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  constructor(random: Random) {
    this.#random = random;
  }

  /** The hash as it is stored: `$argon2id$v=19$m=47104,t=1,p=1$salt$hash`. */
  async hash(password: string): Promise<string> {
    const salt = this.#random.bytes(saltBytes);
    const hash = await this.#run(password, { nonce: salt, tagLength: hashBytes, ...cost });
    return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
  }

  /**
   * Whether the password is that of the stored hash. With undefined (there is no such user, or the account has no password) it
   * takes as long and says no, so that nobody can tell which user names exist.
   */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    const parsed = stored === undefined ? undefined : parse(stored);
    if (parsed === undefined) {
      await this.#run(password, { nonce: Buffer.alloc(saltBytes), tagLength: hashBytes, ...cost });
      return false;
    }
    const { hash, ...parameters } = parsed;
    return timingSafeEqual(await this.#run(password, { ...parameters, tagLength: hash.length }), hash);
  }

  /** Whether a stored hash is weaker than today's: hash the password anew when it has been verified. */
  isWeak(stored: string): boolean {
    const parsed = parse(stored);
    return parsed === undefined || parsed.memory < cost.memory || parsed.passes < cost.passes;
  }

  async #run(password: string, parameters: Omit<Argon2Parameters, 'message'>): Promise<Buffer> {
    await this.#enter();
    try {
      return await new Promise((resolve, reject) => {
        argon2('argon2id', { message: Buffer.from(password.normalize('NFC')), ...parameters }, (error, hash) =>
          error === null ? resolve(hash) : reject(error),
        );
      });
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running >= runningMax) {
      if (this.#waiting.length >= waitingMax) throw new PasswordsBusy('too many passwords wait to be checked');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }
}

type Stored = {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly nonce: Buffer;
  readonly hash: Buffer;
};

function parse(stored: string): Stored | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(stored);
  if (match === null) return undefined;
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  if (memory < 8 * parallelism || memory > memoryMax || passes < 1 || passes > passesMax || parallelism < 1) return undefined;
  return { memory, passes, parallelism, nonce: Buffer.from(match[4] ?? '', 'base64'), hash: Buffer.from(match[5] ?? '', 'base64') };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
