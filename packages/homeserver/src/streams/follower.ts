import { commitCursor, entriesAfterCursor, readCursor } from './follower-store.ts';
import { type Clock, sleep } from '@hearth/kit';
import {
  claimLease,
  type Database,
  type Lease,
  leaseGuard,
  releaseLease,
  renewLease,
  type Statement,
  type StreamEntry,
  WriteRefused,
} from '@hearth/storage';

/**
 * Reads the whole stream behind people's backs, from where it was before, on one node at a time. What it writes is committed with
 * its cursor: a crash repeats what was not committed and loses nothing.
 */
export type Follower = {
  /** Names cursor and lease: never change it. */
  readonly name: string;
  /** Kinds of entries that it wants; it hears nothing of others. */
  readonly kinds: ReadonlySet<number>;
  /** What follows from the entries, oldest first. May be asked again for the same ones if the commit fails. */
  readonly follow: (entries: readonly StreamEntry[]) => Promise<readonly Statement[]>;
  /** Called when what it returned last, if anything, has been committed. */
  readonly committed?: () => void;
  /** False where people wait for what follows: it does not rest between its steps. */
  readonly rests?: false;
};

/** Entries of one step. */
const entriesMax = 500;
/** A follower that is behind rests so many times as long as a step took: it must not take the machine from those who wait for an answer. */
const restFactor = 19;
const restMsMin = 20;
/** A node that shows no life for so long loses the right to follow. */
const leaseMs = 60_000;
/**
 * A step that leads to nothing writes its cursor only so long after the last time, or when it has come to the end of the stream: what a
 * crash makes it read again is little.
 */
const emptyCursorMs = 1_000;
/** How often a follower looks whether it may follow, or whether there is something new that nobody told it. */
const beatMs = 15_000;

export type FollowerDeps = {
  readonly database: Database;
  readonly clock: Clock;
  /** Identity of this node's life. */
  readonly holder: string;
  readonly onError: (follower: string, error: unknown) => void;
};

/** Runs one follower on this node whenever no other node does. */
export class FollowerRunner {
  readonly #deps: FollowerDeps;
  readonly #follower: Follower;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  #lease: { readonly lease: Lease; readonly expiresTs: number } | undefined;
  #position: number | undefined;
  #cursorWrittenAt = -Infinity;
  /** How far the cursor that was written reaches. */
  #written: number | undefined;
  #lastStep: Promise<boolean> = Promise.resolve(false);

  constructor(deps: FollowerDeps, follower: Follower) {
    this.#deps = deps;
    this.#follower = follower;
  }

  get name(): string {
    return this.#follower.name;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Says that the stream has grown. */
  poke(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#loop;
    const held = this.#lease;
    this.#lease = undefined;
    if (held) await releaseLease(this.#deps.database, held.lease);
  }

  /** Goes on without rests until there is nothing more to do for this node, or for so many steps. */
  async caughtUp(stepsMax: number): Promise<void> {
    for (let steps = 0; steps < stepsMax && !this.#stopping.signal.aborted; steps += 1) if (!(await this.step())) return;
  }

  /** Takes one step, after the one that is under way; false when there is nothing to do for this node now. */
  step(): Promise<boolean> {
    const step = this.#lastStep.catch(() => false).then(() => this.#takeStep());
    this.#lastStep = step;
    return step;
  }

  async #takeStep(): Promise<boolean> {
    const { database, clock } = this.#deps;
    const lease = await this.#held();
    if (lease === undefined) return false;
    const from = (this.#position ??= this.#written = await readCursor(database.reader, this.#follower.name));
    const entries = await entriesAfterCursor(database.reader, from, entriesMax);
    const last = entries.at(-1);
    if (last === undefined) {
      if (from > (this.#written ?? from)) await this.#commit(lease, [], from);
      return false;
    }
    const wanted = entries.filter((entry) => this.#follower.kinds.has(entry.kind));
    const statements = wanted.length === 0 ? [] : await this.#follower.follow(wanted);
    const now = clock.monotonic();
    if (statements.length === 0 && now - this.#cursorWrittenAt < emptyCursorMs) {
      this.#position = last.position;
      return true;
    }
    if (!(await this.#commit(lease, statements, last.position))) return false;
    this.#position = last.position;
    this.#cursorWrittenAt = now;
    if (statements.length > 0) this.#follower.committed?.();
    return true;
  }

  /** False when another node has followed on meanwhile, from its own reading of the cursor. */
  async #commit(lease: Lease, statements: readonly Statement[], position: number): Promise<boolean> {
    try {
      const cursor = commitCursor(this.#follower.name, position);
      await this.#deps.database.write({ claims: [], statements: [leaseGuard(lease), ...statements, cursor], stream: [] });
      this.#written = position;
      return true;
    } catch (error) {
      if (!(error instanceof WriteRefused && error.why === 'guard')) throw error;
      this.#lease = undefined;
      this.#position = undefined;
      return false;
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      try {
        const start = clock.monotonic();
        const restMs = (): number => (this.#follower.rests === false ? 0 : Math.max(restMsMin, restFactor * (clock.monotonic() - start)));
        const rest = (await this.step()) ? restMs() : undefined;
        if (rest === undefined) await sleep(clock, beatMs, this.#wake.signal);
        else await sleep(clock, rest, this.#stopping.signal);
      } catch (error) {
        this.#position = undefined;
        if (!this.#stopping.signal.aborted) this.#deps.onError(this.#follower.name, error);
        await sleep(clock, beatMs, this.#stopping.signal);
      }
    }
  }

  /** The lease, taken or kept; undefined while another node has it. */
  async #held(): Promise<Lease | undefined> {
    const { database, clock, holder } = this.#deps;
    const nowTs = clock.now();
    const held = this.#lease;
    if (held && nowTs < held.expiresTs - leaseMs / 2) return held.lease;
    const expiresTs = nowTs + leaseMs;
    if (held && (await renewLease(database, held.lease, expiresTs))) {
      this.#lease = { lease: held.lease, expiresTs };
      return held.lease;
    }
    this.#position = undefined;
    const lease = await claimLease(database, { name: `follower/${this.#follower.name}`, holder, nowTs, ttlMs: leaseMs });
    this.#lease = lease && { lease, expiresTs };
    return lease;
  }
}
