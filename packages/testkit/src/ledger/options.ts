import { parseArgs } from 'node:util';

export type Engine = 'sqlite' | 'postgres';

export type LedgerOptions = {
  readonly engine: Engine;
  readonly cycles: number;
  readonly seed: string;
  readonly clients: number;
  readonly rooms: number;
  /** Longest pause of a client between an answer and its next request. */
  readonly thinkMsMax: number;
  /** The fault comes at a random moment up to so long after the load begins. */
  readonly loadMsMax: number;
};

export const usage =
  'node --conditions=source packages/testkit/src/ledger/main.ts [--engine sqlite|postgres] [--cycles 50] [--seed N] [--clients 12] [--rooms 4] [--think-ms 40] [--load-ms 2500]';

export const usual: LedgerOptions = { engine: 'sqlite', cycles: 50, seed: '1', clients: 12, rooms: 4, thinkMsMax: 40, loadMsMax: 2500 };

/** Throws with a sentence on what it does not understand. */
export function readOptions(args: readonly string[]): LedgerOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { engine: text, cycles: text, seed: text, clients: text, rooms: text, 'think-ms': text, 'load-ms': text },
  });
  const engine = values.engine ?? usual.engine;
  if (engine !== 'sqlite' && engine !== 'postgres') throw new Error('--engine must be sqlite or postgres');
  return {
    engine,
    seed: values.seed ?? usual.seed,
    cycles: within('cycles', values.cycles, usual.cycles, 1, 10_000),
    clients: within('clients', values.clients, usual.clients, 2, 64),
    rooms: within('rooms', values.rooms, usual.rooms, 1, 64),
    thinkMsMax: within('think-ms', values['think-ms'], usual.thinkMsMax, 0, 10_000),
    loadMsMax: within('load-ms', values['load-ms'], usual.loadMsMax, 100, 60_000),
  };
}

function within(name: string, text: string | undefined, otherwise: number, min: number, max: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} must be a whole number from ${min} to ${max}`);
}
