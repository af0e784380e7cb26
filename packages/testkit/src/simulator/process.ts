import type { ServerPlan } from './plan.ts';
import { remoteServer } from './remote-server.ts';
import type { World } from './world.ts';
import { type Engine, type EventRecord, MatrixError, openEngine, type Received, type StateView } from '@hearth/homeserver/testing';
import { CacheBudget, createMetrics, sleep } from '@hearth/kit';
import { seededRandom } from '@hearth/kit/testing';
import { domainOf, type JsonObject, type JsonValue } from '@hearth/protocol';
import type { Reader } from '@hearth/storage';
import type { CommitPauses, MemoryStore } from '@hearth/storage/testing';

/** A disk takes up to so long before and behind a commit: a crash may come in between. */
const diskMsMax = 12;
/** Small, so that much is read from the disk again. */
const cacheBytesMax = 1024 * 1024;

/** What outlives a crash. */
export type Disk = {
  readonly store: MemoryStore;
  /** Events of ours that all their destinations have. */
  readonly sent: Set<string>;
  /** Who invited our users, by room. */
  readonly invites: Map<string, string>;
  /** Rooms of the events whose senders were answered. */
  readonly answered: Map<string, string>;
  /** Rooms that begin here with a state that another server told; of these, those that a liar told. */
  readonly begunByState: Set<string>;
  readonly misled: Set<string>;
  /** Starts so far. */
  lives: number;
};

/** An event that cannot be judged yet, who brought it, and what it needs. */
type Waiting = { readonly pdu: JsonValue; readonly origin: string; readonly missing: readonly string[] };

/** One life of a server, from its start to its crash: the engine on the disk, and what federation code keeps in memory. */
export class Process {
  readonly world: World;
  readonly plan: ServerPlan;
  readonly disk: Disk;
  readonly engine: Engine;
  readonly reader: Reader;
  /** Events that came and cannot be judged yet, by room and id. */
  readonly #waiting = new Map<string, Map<string, Waiting>>();
  /** Rooms whose gaps are being filled. */
  readonly filling = new Set<string>();
  ended = false;

  private constructor(world: World, plan: ServerPlan, disk: Disk, engine: Engine, reader: Reader) {
    this.world = world;
    this.plan = plan;
    this.disk = disk;
    this.engine = engine;
    this.reader = reader;
  }

  static async start(world: World, plan: ServerPlan, disk: Disk): Promise<Process> {
    disk.lives += 1;
    const random = seededRandom(`${plan.domain} ${world.plan.seed} ${disk.lives}`);
    const clock = {
      now: () => world.clock.now() + plan.skewMs,
      monotonic: () => world.clock.monotonic(),
      setTimer: world.clock.setTimer.bind(world.clock),
    };
    const pause = (): Promise<void> => sleep(world.clock, random.integer(diskMsMax));
    const pauses: CommitPauses = { before: pause, behind: pause };
    const signingKeys = new Map([[plan.domain, world.keys.current(plan.domain)]]);
    const database = disk.store.open(pauses);
    const caches = new CacheBudget(cacheBytesMax, clock, createMetrics());
    const engine = await openEngine({ database, clock, random, caches, signingKeys, projections: [] });
    return new Process(world, plan, disk, engine, database.reader);
  }

  get domain(): string {
    return this.plan.domain;
  }

  get users(): string[] {
    return this.world.users.filter((user) => domainOf(user) === this.domain);
  }

  /** Who was killed waits for ever. */
  async alive<Value>(promise: Promise<Value>): Promise<Value> {
    const value = await promise;
    return this.ended ? new Promise(() => undefined) : value;
  }

  /** Asks another server; undefined when no answer comes. */
  call(to: string, body: JsonObject): Promise<JsonObject | undefined> {
    return this.alive(this.world.network.call(this.domain, to, body));
  }

  sleep(ms: number): Promise<void> {
    return this.alive(sleep(this.world.clock, ms));
  }

  /** Runs something on the engine. Refusals are part of life; anything else thrown is a bug. */
  async attempt<Result>(what: string, run: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await this.alive(run());
    } catch (error) {
      if (!(error instanceof MatrixError)) this.world.problem(`${this.domain}: ${what}: ${(error as Error).stack ?? String(error)}`);
      return undefined;
    }
  }

  /** Hands events to the engine as federation code does; what cannot be judged yet waits. */
  async receive(roomId: string, pdus: readonly JsonValue[], origin: string): Promise<readonly Received[]> {
    const answers = await this.attempt('receive', () => this.engine.receive(roomId, pdus, { keyOf: this.world.keys.keyOf }));
    for (const [index, answer] of (answers ?? []).entries()) this.#noteAnswer(roomId, pdus[index] as JsonValue, origin, answer);
    return answers ?? [];
  }

  /** The same for one event with the state before it, which another server is asked for. */
  async receiveWithState(roomId: string, pdu: JsonValue, peer: string): Promise<Received | undefined> {
    const options = { keyOf: this.world.keys.keyOf, remote: remoteServer(this, peer) };
    const answer = await this.attempt('receive with state', () => this.engine.receiveWithState(roomId, pdu, options));
    if (answer) this.#noteAnswer(roomId, pdu, peer, answer);
    return answer;
  }

  waitingIn(roomId: string): Map<string, Waiting> {
    let waiting = this.#waiting.get(roomId);
    if (!waiting) this.#waiting.set(roomId, (waiting = new Map()));
    return waiting;
  }

  #noteAnswer(roomId: string, pdu: JsonValue, origin: string, { eventId, verdict, repeated, refusal, missing }: Received): void {
    const { world } = this;
    const waiting = this.waitingIn(roomId);
    if (missing && eventId !== undefined) waiting.set(eventId, { pdu, origin, missing: [...missing.authEvents, ...missing.prevEvents] });
    else if (eventId !== undefined && waiting.delete(eventId)) world.count(`incomplete, then ${verdict}`);
    world.count(repeated ? 'repeated' : verdict);
    if (!repeated)
      world.note(`${this.domain} finds ${eventId ?? 'what is no event'} ${verdict}${refusal ? `: ${refusal.rule} ${refusal.reason}` : ''}`);
  }
}

/** The servers that have somebody in a room. */
export async function serversIn(state: StateView | undefined): Promise<Set<string>> {
  const members = ((await state?.all()) ?? []).filter(isJoined);
  return new Set(members.map(({ event }) => domainOf(event.stateKey ?? '') ?? ''));
}

export function isJoined({ event }: EventRecord): boolean {
  return event.type === 'm.room.member' && event.content['membership'] === 'join';
}
