/** `npm run protocol -- rules|guards|coverage|mutation|bench …`: the evidence that the core is right, and how fast it is. */
import { bench } from './bench.ts';
import { coverage } from './coverage.ts';
import { guards } from './guards.ts';
import { mutation } from './mutation.ts';
import type { Options } from './options.ts';
import { optionsOf } from './options.ts';
import { rules } from './rules.ts';
import { say } from './table.ts';

/** Each says whether all is well. */
const commands: ReadonlyMap<string, (options: Options) => Promise<boolean>> = new Map([
  ['rules', rules],
  ['guards', guards],
  ['coverage', coverage],
  ['mutation', mutation],
  ['bench', bench],
]);

const [name = '', ...args] = process.argv.slice(2);
process.exitCode = await main(name, args);

async function main(chosen: string, rest: readonly string[]): Promise<number> {
  const command = commands.get(chosen);
  if (command !== undefined) return (await command(optionsOf(rest))) ? 0 : 1;
  say(`usage: npm run protocol -- ${[...commands.keys()].join('|')} [WORD…] [--json] [--at-once=N] [--one-of=N]`);
  return 2;
}
