import { createHash } from 'node:crypto';

import { KeyDirectory } from './keys.ts';
import { Network } from './network.ts';
import type { Plan } from './plan.ts';
import type { Random } from '@hearth/kit';
import { seededRandom, TestClock } from '@hearth/kit/testing';

export type RoomFacts = {
  readonly roomId: string;
  readonly version: string;
  readonly createId: string;
  /** Those that came in. */
  readonly servers: Set<string>;
};

/** What all servers of one run share, and what is written down about it. */
export class World {
  readonly plan: Plan;
  readonly clock = new TestClock();
  readonly random: Random;
  readonly network: Network;
  readonly keys = new KeyDirectory();
  readonly rooms: RoomFacts[] = [];
  /** What must not happen and did. */
  readonly problems: string[] = [];
  readonly counts = new Map<string, number>();
  /** Whether an event with its signatures is signed as it must be: found out once for all servers. */
  readonly signed = new Map<string, boolean>();
  readonly #digest = createHash('sha256');
  readonly #tell: ((line: string) => void) | undefined;

  constructor(plan: Plan, tell?: (line: string) => void) {
    this.plan = plan;
    this.random = seededRandom(`world ${plan.seed}`);
    this.network = new Network(this.clock, seededRandom(`network ${plan.seed}`), plan.network);
    this.#tell = tell;
  }

  get users(): string[] {
    return this.plan.servers.flatMap(({ domain, users }) => Array.from({ length: users }, (_, index) => `@u${index}:${domain}`));
  }

  /** One line of the run's story. All of them together are its digest. */
  note(line: string): void {
    const told = `${this.clock.monotonic()} ${line}`;
    this.#digest.update(`${told}\n`);
    this.#tell?.(told);
  }

  problem(line: string): void {
    this.note(`problem: ${line}`);
    this.problems.push(line);
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  digest(): string {
    return this.#digest.copy().digest('hex');
  }
}
