import { answerTo } from './answering.ts';
import { LyingAnswers } from './lying-answers.ts';
import type { ServerPlan } from './plan.ts';
import { type Disk, Process } from './process.ts';
import { sendAgain } from './sending.ts';
import type { World } from './world.ts';
import type { EventRecord } from '@hearth/homeserver/testing';
import { seededRandom } from '@hearth/kit/testing';
import { MemoryStore } from '@hearth/storage/testing';

/** How long a server is down after a crash. */
const downMsMax = 20_000;

/** A server of a simulation: a disk, and the process that runs on it when it runs. */
export class Server {
  readonly world: World;
  readonly plan: ServerPlan;
  readonly disk: Disk;
  readonly #lies: LyingAnswers | undefined;
  process: Process | undefined;

  constructor(world: World, plan: ServerPlan) {
    this.world = world;
    this.plan = plan;
    const store = new MemoryStore({ clock: world.clock, random: seededRandom(`disk ${plan.domain} ${world.plan.seed}`) });
    this.disk = {
      store,
      sent: new Set(),
      invites: new Map(),
      answered: new Map(),
      begunByState: new Set(),
      misled: new Set(),
      lives: 0,
    };
    this.#lies = plan.lies ? new LyingAnswers(seededRandom(`lies ${plan.domain} ${world.plan.seed}`), world) : undefined;
    world.network.attach(plan.domain, {
      isUp: () => this.process !== undefined,
      handle: async (origin, body) => {
        const { process } = this;
        if (!process) return new Promise(() => undefined);
        const answer = await process.alive(answerTo(process, origin, body));
        return this.#lies ? this.#lies.instead(answer) : answer;
      },
    });
  }

  async start(): Promise<void> {
    const process = await Process.start(this.world, this.plan, this.disk);
    this.process = process;
    if (this.disk.lives === 1) return;
    for (const { roomId } of this.world.rooms) {
      const head = await process.engine.room(roomId);
      if (head) void sendAgain(process, roomId, await recordsOf(process, head.number));
    }
  }

  /** Ends as by kill -9, whatever is under way, and comes back some time later. */
  crash(die: number): void {
    if (!this.process) return;
    this.world.note(`${this.plan.domain} crashes`);
    this.world.count('crashes');
    this.process.ended = true;
    this.process = undefined;
    this.disk.store.crash();
    this.world.clock.setTimer(1 + (die % downMsMax), () => void this.start());
  }

  close(): void {
    if (this.process) this.process.ended = true;
    this.process = undefined;
    this.disk.store.close();
  }
}

/** All events of a room in the order in which they came. */
export async function recordsOf({ disk, engine }: Pick<Process, 'disk' | 'engine'>, room: number): Promise<EventRecord[]> {
  const numbers = disk.store.inspect<{ number: number }>(`SELECT number FROM events WHERE room = ${room} ORDER BY number`);
  const records = await engine.events(numbers.map(({ number }) => number));
  return records.filter((record) => record !== undefined);
}
