import type { Random } from '@hearth/kit';
import { seededRandom } from '@hearth/kit/testing';
import { knownRoomVersions } from '@hearth/protocol';

/** What a server of a simulation is. */
export type ServerPlan = {
  readonly domain: string;
  readonly users: number;
  readonly lies: boolean;
  /** How far its clock is off. */
  readonly skewMs: number;
};

export const acts = [
  'message',
  'topic',
  'name',
  'rename',
  'join',
  'leave',
  'invite',
  'knock',
  'kick',
  'ban',
  'unban',
  'power',
  'thresholds',
  'join-rules',
  'redact',
  'upgrade',
  'create',
  'lie',
  'crash',
  'partition',
  'heal',
] as const;
export type Act = (typeof acts)[number];

/**
 * One thing that happens. The dice choose among what is there when it happens, so that a plan with steps left out is a plan too.
 */
export type Step = { readonly atMs: number; readonly domain: string; readonly act: Act; readonly dice: readonly number[] };

export type NetworkPlan = { readonly lossPercent: number; readonly duplicatePercent: number; readonly latencyMsMax: number };

/** All that a run is made from: the same plan is the same run. */
export type Plan = {
  readonly seed: number;
  readonly servers: readonly ServerPlan[];
  readonly network: NetworkPlan;
  readonly steps: readonly Step[];
};

const serversMax = 8;
const liarsMax = 2;
const stepsMin = 25;
const stepsMax = 70;
/** Steps come within this time; what they set off goes on beside them. */
const pauseMsMax = 2_500;
const dicePerStep = 6;

const weights: Readonly<Record<Act, number>> = {
  message: 12,
  topic: 8,
  name: 5,
  rename: 4,
  join: 12,
  leave: 2,
  invite: 5,
  knock: 2,
  kick: 5,
  ban: 6,
  unban: 4,
  power: 12,
  thresholds: 4,
  'join-rules': 5,
  redact: 4,
  upgrade: 1,
  create: 1,
  lie: 20,
  crash: 3,
  partition: 3,
  heal: 7,
};

export function makePlan(seed: number): Plan {
  const random = seededRandom(`plan ${seed}`);
  const servers = makeServers(random);
  const network = {
    lossPercent: random.integer(3) * 8,
    duplicatePercent: random.integer(3) * 5,
    latencyMsMax: [20, 400, 3_000][random.integer(3)] as number,
  };
  const honest = servers.filter(({ lies }) => !lies);
  const founder = honest[0] as ServerPlan;
  const steps: Step[] = [{ atMs: 0, domain: founder.domain, act: 'create', dice: dice(random) }];
  if (random.integer(2) === 0)
    steps.push({ atMs: 10, domain: (pick(servers, random) as ServerPlan).domain, act: 'create', dice: dice(random) });
  let atMs = 1_000;
  const size = stepsMin + random.integer(stepsMax - stepsMin);
  while (steps.length < size) {
    // A room with one server shows nothing: people come first.
    const act = steps.length < 2 + servers.length ? 'join' : drawAct(random);
    const candidates = act === 'lie' ? servers.filter(({ lies }) => lies) : servers;
    const who = act === 'join' && steps.length < 2 + servers.length ? servers[steps.length % servers.length] : pick(candidates, random);
    atMs += random.integer(pauseMsMax);
    if (who) steps.push({ atMs, domain: who.domain, act, dice: dice(random) });
  }
  return { seed, servers, network, steps };
}

/** The version of a new room: all of them, those that are made today more often. */
export function versionOf(dice: number): string {
  const versions = knownRoomVersions().map(({ version }) => version);
  const favoured = versions.slice(-3);
  return dice % 3 === 0 ? (versions[dice % versions.length] as string) : (favoured[dice % favoured.length] as string);
}

function makeServers(random: Random): ServerPlan[] {
  const count = 2 + random.integer(serversMax - 1);
  const liars = Math.min(random.integer(liarsMax + 1), count - 2);
  return Array.from({ length: count }, (_, index) => ({
    domain: `s${index}.test`,
    users: 1 + random.integer(3),
    lies: index >= count - liars,
    skewMs: random.integer(4) === 0 ? random.integer(7_200_000) - 3_600_000 : random.integer(2_000) - 1_000,
  }));
}

function drawAct(random: Random): Act {
  let left = random.integer(Object.values(weights).reduce((sum, weight) => sum + weight, 0));
  for (const act of acts) {
    left -= weights[act];
    if (left < 0) return act;
  }
  return 'message';
}

function dice(random: Random): number[] {
  return Array.from({ length: dicePerStep }, () => random.integer(1_000_000));
}

function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items.length === 0 ? undefined : items[random.integer(items.length)];
}
