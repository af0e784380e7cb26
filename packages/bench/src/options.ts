import { parseArgs } from 'node:util';

export const scenarios = ['durable-sends', 'send-to-delivery', 'initial-sync', 'wake', 'bare', 'least', 'idle'] as const;
export type Scenario = (typeof scenarios)[number];

/** They bring their own, or look at a process. */
const withoutServer: readonly Scenario[] = ['bare', 'least', 'idle'];
const ofFiveRounds: readonly Scenario[] = ['initial-sync', 'wake'];

export type Options = {
  readonly scenario: Scenario;
  /** Base address of the server; not needed by `bare`, `least` and `idle`. */
  readonly target: URL | undefined;
  readonly connections: number;
  /** Undefined: as many as there are connections (durable sends), 8 (send to delivery), or 500 (initial sync). */
  readonly rooms: number | undefined;
  /** Undefined: 8, or 1,000 (wake). */
  readonly members: number | undefined;
  readonly rate: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly rounds: number;
  readonly ratio: boolean;
  readonly pid: number | undefined;
  readonly bytes: number;
  readonly sharedSecret: string | undefined;
  readonly json: boolean;
};

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run bench -- --target URL [options]

  --scenario NAME     durable-sends (default): each connection is a user who sends messages, one after the other
                      send-to-delivery: users wait in /sync; how long until each has a message, and how many deliveries a second
                      initial-sync: a user of many rooms asks for everything; how long until the whole answer is read
                      wake: users wait in /sync in one room; how long until the last of them has a message
                      bare: the same requests to a bare node:http server that parses and answers JSON
                      least: the same requests to a server that only hashes, signs and stores each message, with no rooms and no rules
                      idle: the memory of the process --pid
  --ratio             durable-sends and bare in turn, --rounds times, and one divided by the other
  --connections N     users who send at the same time (64); for initial-sync the others who are in the rooms
  --rooms N           rooms that they send to (one for each connection; 1 is one hot room; for send-to-delivery 8,
                      for initial-sync 500)
  --members N         users who wait in each room, for send-to-delivery (8) and wake (1000); others in each room, for initial-sync (8)
  --rate N            messages a second over all rooms, for send-to-delivery (100)
  --bytes N           length of a message's text (150)
  --seconds N         measured time (10), after --warmup N seconds (2)
  --rounds N          repetitions; the median counts (1, with --ratio 3, for initial-sync and wake 5)
  --pid N             process of the server: its processor time and memory are told too
  --registration-shared-secret TEXT   where nobody may register: the secret of /_synapse/admin/v1/register
  --json              one JSON object instead of a table
  --i-know            allow a target that is not this machine`;

/** What the numbers may be: a typing error must not take a machine down. */
const bounds = {
  connections: [1, 2000],
  rooms: [1, 20_000],
  members: [1, 2000],
  rate: [1, 100_000],
  seconds: [1, 600],
  warmup: [0, 60],
  rounds: [1, 20],
  pid: [1, 2 ** 31],
  bytes: [1, 40_000],
} as const;

/** Users are registered one by one, and each has a connection. */
const waitersMax = 5000;

export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const number = (name: keyof typeof bounds): number | undefined => numberWithin(name, values[name]);
  const scenario = scenarios.find((each) => each === values.scenario);
  if (scenario === undefined) throw new UsageError(`--scenario must be one of ${scenarios.join(', ')}`);
  if (values.ratio && scenario !== 'durable-sends') throw new UsageError('--ratio goes with durable-sends');
  const target = readTarget(values.target, values['i-know']);
  if (target === undefined && !withoutServer.includes(scenario)) throw new UsageError('--target URL is missing');
  if (scenario === 'idle' && values.pid === undefined) throw new UsageError('idle needs the --pid of the server');
  const options: Options = {
    scenario,
    target,
    connections: number('connections') ?? 64,
    rooms: number('rooms'),
    members: number('members'),
    rate: number('rate') ?? 100,
    seconds: number('seconds') ?? 10,
    warmup: number('warmup') ?? 2,
    rounds: number('rounds') ?? (ofFiveRounds.includes(scenario) ? 5 : values.ratio ? 3 : 1),
    ratio: values.ratio,
    pid: number('pid'),
    bytes: number('bytes') ?? 150,
    sharedSecret: values['registration-shared-secret'],
    json: values.json,
  };
  if (scenario === 'send-to-delivery' && (options.rooms ?? 8) * (options.members ?? 8) > waitersMax) {
    throw new UsageError(`rooms times members is more than ${waitersMax} users`);
  }
  return options;
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean', default: false } as const;
    return parseArgs({
      args: [...args],
      options: {
        target: text,
        scenario: { type: 'string', default: 'durable-sends' },
        connections: text,
        rooms: text,
        members: text,
        rate: text,
        seconds: text,
        warmup: text,
        rounds: text,
        pid: text,
        bytes: text,
        'registration-shared-secret': text,
        ratio: flag,
        json: flag,
        'i-know': flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function numberWithin(name: keyof typeof bounds, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [min, max] = bounds[name];
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new UsageError(`--${name} must be a number from ${min} to ${max}`);
  return value;
}

function readTarget(text: string | undefined, iKnow: boolean): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:') throw new UsageError('--target must be an address such as http://127.0.0.1:8008');
  if (!iKnow && !isLoopback(url.hostname)) {
    throw new UsageError(`${url.hostname} is not this machine: load on somebody else's server is an attack. If it is yours, say --i-know.`);
  }
  return url;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
