import { act, joinedUsers, member, send } from './acting.ts';
import { checkRoom } from './invariants.ts';
import { lie } from './lying.ts';
import type { Plan, Step } from './plan.ts';
import type { Process } from './process.ts';
import { Server } from './server.ts';
import { World } from './world.ts';

/** Simulated time in which everything must have come to rest once the network is whole again. */
const quietMsMax = 30 * 60_000;
/** Turns of the event loop without a timer after which nothing is under way: work that takes many turns sets none meanwhile. */
const idleTurnsMin = 20;
/** After the last step: what is under way goes on in the parted network for a while. */
const aftermathMs = 5_000;
/** Rounds in which each server says a word, so that all learn of all ends of each room. */
const closingRounds = 3;

export type Outcome = {
  readonly problems: readonly string[];
  /** The same for two runs of one plan, down to every message. */
  readonly digest: string;
  readonly counts: ReadonlyMap<string, number>;
};

/** Who watches a run. */
export type Watcher = {
  /** Hears the story line by line. */
  readonly tell?: (line: string) => void;
  /** Looks at the servers that run when all has come to rest. */
  readonly look?: (world: World, processes: readonly Process[]) => Promise<void>;
};

/** Runs a plan to its end and says what was wrong. */
export async function simulate(plan: Plan, { tell, look }: Watcher = {}): Promise<Outcome> {
  const world = new World(plan, tell);
  const servers = new Map(plan.servers.map((server) => [server.domain, new Server(world, server)]));
  try {
    await settled(world, Promise.all([...servers.values()].map((server) => server.start())));
    await play(world, servers, plan.steps);
    world.note('the network is whole again');
    world.network.heal();
    await quiet(world, 'after the network was healed');
    for (let round = 0; round < closingRounds; round += 1) await closingRound(world, servers);
    const processes = [...servers.values()].flatMap(({ process }) => (process ? [process] : []));
    const honest = processes.filter((process) => !process.plan.lies);
    for (const room of world.rooms) await settled(world, checkRoom(world, room, honest));
    if (look) await settled(world, look(world, processes));
    world.count('runs');
  } finally {
    for (const server of servers.values()) server.close();
  }
  return { problems: world.problems, digest: world.digest(), counts: world.counts };
}

async function play(world: World, servers: ReadonlyMap<string, Server>, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await world.clock.advanceSettling(Math.max(0, step.atMs - world.clock.monotonic()));
    perform(world, servers, step);
  }
  await world.clock.advanceSettling(aftermathMs);
}

/** Sets off what a step wants; nobody waits for it. */
function perform(world: World, servers: ReadonlyMap<string, Server>, step: Step): void {
  const server = servers.get(step.domain);
  const [die = 0] = step.dice;
  if (step.act === 'heal') return world.network.rejoin();
  if (step.act === 'partition') return part(world, step);
  if (step.act === 'crash') return server?.crash(die);
  const process = server?.process;
  if (!process) return;
  void (step.act === 'lie' ? lie(process, step) : act(process, step)).catch((error: unknown) => {
    world.problem(`${step.domain}: ${step.act}: ${(error as Error).stack ?? String(error)}`);
  });
}

function part(world: World, { dice: [die = 0] }: Step): void {
  const sides = new Map(world.plan.servers.map(({ domain }, index) => [domain, (die >> index) & 1]));
  world.note(`the network is parted: ${[...sides].map(([domain, side]) => `${domain} ${side}`).join(', ')}`);
  world.count('partitions');
  world.network.part(sides);
}

/** Runs until nothing is under way any more. */
async function quiet(world: World, when: string): Promise<void> {
  const end = world.clock.monotonic() + quietMsMax;
  for (let idle = 0; idle < idleTurnsMin && world.clock.monotonic() < end;) {
    idle = world.clock.pending > 0 ? 0 : idle + 1;
    await world.clock.advanceSettling(idle > 0 ? 0 : 1_000);
  }
  if (world.clock.pending > 0) world.problem(`${when} it is not quiet within ${quietMsMax / 60_000} minutes`);
}

async function closingRound(world: World, servers: ReadonlyMap<string, Server>): Promise<void> {
  const honest = [...servers.values()].filter(({ plan }) => !plan.lies).flatMap(({ process }) => process ?? []);
  for (const { roomId } of world.rooms) {
    for (const process of honest) await closingWord(world, process, roomId, honest);
  }
}

/**
 * A server says something that cites all ends of a room. Others may soft-fail what one user says, since by their view that user is not
 * in the room, and hear another: the users have their say in turn until one was heard by all.
 */
async function closingWord(world: World, process: Process, roomId: string, others: readonly Process[]): Promise<void> {
  const head = await process.engine.room(roomId);
  const users = head ? await joinedUsers(process, process.engine.currentState(head)) : [];
  for (const user of users) {
    const said = await settled(world, speak(process, roomId, user));
    if (said === undefined) continue;
    await quiet(world, 'after a closing word');
    const verdicts = await Promise.all(others.map(async ({ engine }) => (await engine.eventById(said))?.verdict));
    if (!verdicts.includes('soft-failed')) return;
  }
}

/** In whatever way the room permits it; undefined when it does not. */
async function speak(process: Process, roomId: string, user: string): Promise<string | undefined> {
  const text = `closing ${process.world.clock.monotonic()}`;
  return (
    (await send(process, roomId, { type: 'm.room.message', sender: user, content: { body: text } })) ??
    (await send(process, roomId, member(user, user, 'join', { displayname: text })))
  );
}

/** Waits for something while time goes on. */
async function settled<Value>(world: World, promise: Promise<Value>): Promise<Value> {
  let isDone = false;
  const done = promise.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  const end = world.clock.monotonic() + quietMsMax;
  while (!isDone && world.clock.monotonic() < end) await world.clock.advanceSettling(10);
  if (!isDone) throw new Error('something never came to its end');
  return done;
}
