import { Books, type Problem, type Token, type User } from './books.ts';
import { checkRooms, checkSingleEvents, retryOpen } from './check-events.ts';
import { checkRegisters } from './check-registers.ts';
import { checkSteps, checkTokens } from './check-syncs.ts';
import { ClientLoad } from './client-load.ts';
import { Door, NoAnswer, path } from './door.ts';
import type { LedgerOptions } from './options.ts';
import { RoomOrders } from './room-orders.ts';
import { syncOnce, SyncReader } from './sync-reader.ts';
import { type Fault, Victim } from './victim.ts';
import { type Clock, type Random, sleep } from '@hearth/kit';
import { seededRandom } from '@hearth/kit/testing';

export type LedgerResult = {
  readonly engine: string;
  readonly seed: string;
  readonly cycles: number;
  readonly kills: Readonly<Record<Fault, number>>;
  readonly acknowledged: number;
  /** Requests that a kill left without an answer. */
  readonly unanswered: number;
  readonly retried: number;
  readonly events: number;
  readonly tokensChecked: number;
  /** From the start of the new process, or the return of the database, to the first answer of /sync. */
  readonly restartMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly lost: number;
  readonly doubled: number;
  readonly problems: readonly Problem[];
};

type Client = { readonly user: User; readonly load: ClientLoad; readonly reader: SyncReader | undefined };

/** Every third client also reads. */
const readerEvery = 3;
const sideRooms = 4;
/** Tokens that a cycle keeps for later ones, and old ones that it tries again. */
const tokensKept = 12;
const tokensTried = 12;
/** Whole rooms are compared with what was read before once in so many cycles, and at the end. */
const compareEvery = 10;
const problemsMax = 20;
const backMsMax = 60_000;

/** Loads a server, kills it, and compares what is left with what its clients were told; again and again. */
export async function runLedger(options: LedgerOptions, clock: Clock, progress: (line: string) => void): Promise<LedgerResult> {
  const run = new LedgerRun(options, await Victim.create(options.engine, clock), clock);
  try {
    await run.prepare();
    for (let cycle = 1; cycle <= options.cycles && run.books.problems.length < problemsMax; cycle++) progress(await run.cycle(cycle));
    await run.finish();
    return run.result();
  } catch (error) {
    throw new Error(`${(error as Error).message}\nthe server said: ${run.serverOutput()}`, { cause: error });
  } finally {
    if (run.books.problems.length > 0) progress(`what is left is in ${run.dataDir}`);
    await run.end();
  }
}

class LedgerRun {
  readonly books = new Books();
  readonly #options: LedgerOptions;
  readonly #victim: Victim;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #orders = new RoomOrders();
  readonly #rooms: string[] = [];
  readonly #clients: Client[] = [];
  readonly #restartMs: number[] = [];
  readonly #kills = { server: 0, database: 0, both: 0 };
  #door: Door | undefined;
  #tokens: Token[] = [];
  #retried = 0;
  #tokensChecked = 0;
  #cycles = 0;

  constructor(options: LedgerOptions, victim: Victim, clock: Clock) {
    this.#options = options;
    this.#victim = victim;
    this.#clock = clock;
    this.#random = seededRandom(options.seed);
  }

  get dataDir(): string {
    return this.#victim.dataDir;
  }

  /** Users, rooms with all of them in it, and side rooms that they come and go in. */
  async prepare(): Promise<void> {
    const { baseUrl } = await this.#victim.start();
    const door = this.#open(baseUrl);
    const users: User[] = [];
    for (let index = 0; index < this.#options.clients; index++) users.push(await register(door, `client${index}`));
    const [creator, ...others] = users as [User, ...User[]];
    const side: string[] = [];
    for (let index = 0; index < this.#options.rooms + sideRooms; index++) {
      const { room_id: roomId } = await door.ok(creator.token, {
        method: 'POST',
        path: '/createRoom',
        body: { preset: 'public_chat', power_level_content_override: { state_default: 0 } },
      });
      (index < this.#options.rooms ? this.#rooms : side).push(roomId as string);
    }
    for (const roomId of this.#rooms) {
      for (const { token } of others) await door.ok(token, { method: 'POST', path: path`/join/${roomId}`, body: {} });
      await this.#orders.extend(door, creator, roomId);
    }
    for (const roomId of side) this.books.membership(creator, roomId).possible = new Set(['join']);
    for (const [index, user] of users.entries()) {
      const world = { rooms: this.#rooms, sideRooms: side };
      const random = seededRandom(`${this.#options.seed} ${index}`);
      const load = new ClientLoad(user, { books: this.books, world, random, clock: this.#clock, thinkMsMax: this.#options.thinkMsMax });
      const reader = index % readerEvery === 0 ? new SyncReader(user, this.books, this.#clock) : undefined;
      await reader?.read(door, 0, 0);
      this.#clients.push({ user, load, reader });
    }
  }

  /** Load, kill, restart, check. Returns a line about it. */
  async cycle(cycle: number): Promise<string> {
    this.#cycles = cycle;
    const stop = new AbortController();
    const door = this.#mine();
    const acknowledged = this.books.answers.acknowledged;
    const working: Promise<void>[] = [];
    for (const { load, reader } of this.#clients) {
      working.push(load.run(door, cycle, stop.signal));
      if (reader !== undefined) working.push(reader.run(door, cycle, stop.signal));
    }
    const loadMs = 100 + this.#random.integer(this.#options.loadMsMax - 99);
    await sleep(this.#clock, loadMs);
    const fault = this.#victim.chooseFault(cycle);
    this.#kills[fault] += 1;
    await this.#victim.strike(fault, this.#random);
    const restartMs = await this.#comeBack(fault, async () => {
      stop.abort();
      await Promise.all(working);
    });
    const retried = await this.#check(cycle);
    const said = this.books.answers.acknowledged - acknowledged;
    return `cycle ${cycle}: killed ${fault} after ${loadMs} ms, ${said} acknowledged, ${retried} open, first /sync after ${Math.round(restartMs)} ms, ${this.books.problems.length} problems`;
  }

  async finish(): Promise<void> {
    await this.#door?.close();
    const code = await this.#victim.server.stop();
    if (code !== 0) this.books.problem('answer', `told to stop, the server ended with ${code}: ${this.serverOutput()}`);
    const { baseUrl } = await this.#victim.start();
    const door = this.#open(baseUrl);
    await this.#compareRooms(door);
    await this.#tryTokens(door, this.#tokens, false);
  }

  result(): LedgerResult {
    const { problems, answers } = this.books;
    const times = this.#restartMs.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? 0);
    return {
      engine: this.#options.engine,
      seed: this.#options.seed,
      cycles: this.#cycles,
      kills: this.#kills,
      acknowledged: answers.acknowledged,
      unanswered: answers.lost,
      retried: this.#retried,
      events: this.#rooms.reduce((sum, roomId) => sum + this.#orders.of(roomId).length, 0),
      tokensChecked: this.#tokensChecked,
      restartMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
      lost: problems.filter(({ kind }) => kind === 'lost').length,
      doubled: problems.filter(({ kind }) => kind === 'doubled').length,
      problems,
    };
  }

  serverOutput(): string {
    return this.#victim.output();
  }

  async end(): Promise<void> {
    await this.#door?.close();
    await this.#victim.end(this.books.problems.length > 0);
  }

  /** Starts what was killed, and measures until a client that was there before has an answer. */
  async #comeBack(fault: Fault, endLoad: () => Promise<void>): Promise<number> {
    const [{ user }] = this.#clients as [Client, ...Client[]];
    const since = this.books.tokens.findLast((token) => token.user === user)?.since;
    if (fault === 'database') {
      const startedAt = this.#clock.monotonic();
      await this.#firstSync(this.#mine(), user, since);
      const took = this.#clock.monotonic() - startedAt;
      await endLoad();
      this.#restartMs.push(took);
      return took;
    }
    await this.#door?.close();
    await endLoad();
    const startedAt = this.#clock.monotonic();
    const { baseUrl } = await this.#victim.start();
    await this.#firstSync(this.#open(baseUrl), user, since);
    const took = this.#clock.monotonic() - startedAt;
    this.#restartMs.push(took);
    return took;
  }

  async #firstSync(door: Door, user: User, since: string | undefined): Promise<void> {
    const startedAt = this.#clock.monotonic();
    for (;;) {
      try {
        await syncOnce(door, user, since, 0);
        return;
      } catch (error) {
        if (this.#clock.monotonic() - startedAt > backMsMax) throw error;
        if (!(error instanceof NoAnswer) && !/was answered 5/.test(String(error))) throw error;
        await sleep(this.#clock, 20);
      }
    }
  }

  /** Nobody else writes meanwhile. */
  async #check(cycle: number): Promise<number> {
    const door = this.#mine();
    const checks = { door, books: this.books, random: this.#random, cycle };
    const retried = await retryOpen(checks);
    this.#retried += retried;
    const { user: reader } = this.#clients[this.#random.integer(this.#clients.length)] as Client;
    await checkRooms(checks, this.#orders, reader, this.#rooms);
    await checkSingleEvents(checks, reader);
    checkSteps({ door, books: this.books, orders: this.#orders, rooms: this.#rooms }, this.books.steps);
    this.books.steps = [];
    const old = this.#sample(this.#tokens, tokensTried);
    const fresh = this.#sample(this.books.tokens, tokensKept);
    // The readers go on from their newest token, which stays in their hands.
    this.books.tokens = [];
    await this.#tryTokens(door, fresh, true);
    await this.#tryTokens(door, old, cycle % compareEvery === 0);
    this.#tokens.push(...fresh);
    await checkRegisters({ door, books: this.books, clients: this.#clients });
    if (cycle % compareEvery === 0) await this.#compareRooms(door);
    return retried;
  }

  async #tryTokens(door: Door, tokens: readonly Token[], fillGaps: boolean): Promise<void> {
    this.#tokensChecked += tokens.length;
    await checkTokens({ door, books: this.books, orders: this.#orders, rooms: this.#rooms }, tokens, fillGaps);
  }

  /** Two users, so that both must find the same. */
  async #compareRooms(door: Door): Promise<void> {
    for (const { user } of [this.#clients[0], this.#clients.at(-1)].filter((client) => client !== undefined)) {
      for (const roomId of this.#rooms)
        for (const problem of await this.#orders.compare(door, user, roomId)) this.books.problem('order', problem);
    }
  }

  #sample<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) taken.push(...left.splice(this.#random.integer(left.length), 1));
    return taken;
  }

  #open(baseUrl: string): Door {
    this.#door = new Door(baseUrl);
    return this.#door;
  }

  #mine(): Door {
    if (this.#door === undefined) throw new Error('no server was started');
    return this.#door;
  }
}

async function register(door: Door, username: string): Promise<User> {
  const body = await door.ok(undefined, {
    method: 'POST',
    path: '/register',
    body: { username, password: `secret of ${username}`, auth: { type: 'm.login.dummy' } },
  });
  return { userId: body.user_id as string, token: body.access_token as string };
}
